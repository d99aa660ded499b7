DefinitionBlock ("", "DSDT", 2, "TEST", "TEST", 1)
{
  External (\NONE, IntObj)
  External (\_SB.NODV, DeviceObj)
  External (METX, MethodObj, IntObj, {IntObj, IntObj})
  External (METY, MethodObj, IntObj)
  OperationRegion (RGN0, SystemIO, 0x100, 0x10)
  Field (RGN0, ByteAcc, NoLock, Preserve) { FLD0, 8, FLDX, 8 }
  Name (VAL0, 0) Name (BUFX, Buffer (4) {}) Name (STRX, "A") Name (PKGX, Package () {1})
  Device (DEVX) {}
  Method (METF, 0) { Store (NONE, Local0) Return (1) }
  Scope (\_SB) { Device (OUTR) { Device (CAS0) { Device (AFTI) {} Name (DUP0, 1) ThermalZone (DUP0) { Device (INDU) {} } } Device (NEXT) {} } Device (SIBL) {} }
  Device (ROOT) {}
}
