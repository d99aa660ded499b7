DefinitionBlock ("", "DSDT", 1, "TEST", "TEST", 1)
{
  Name (\INT0, 5)
  Method (MET2, 2) { Return (0) }
  OperationRegion (RGN0, SystemIO, 0x100, 0x10)
  Field (RGN0, ByteAcc, NoLock, Preserve) { FLD0, 8, IDX0, 8, DAT0, 8 }
  IndexField (IDX0, DAT0, ByteAcc, NoLock, Preserve) { IFL0, 8 }
  BankField (RGN0, FLD0, 1, ByteAcc, NoLock, Preserve) { BFL0, 8 }
  Name (BUF0, Buffer (8) {1,2})
  CreateWordField (BUF0, 0, CWF0)
  Mutex (MTX0, 0)
  Event (EVT0)
  Scope (\_SB) {
    Device (AAAA) { Name (_HID, EisaId ("PNP0501")) Method (_STA) { Return (1) } Name (_CRS, Buffer () {0x79, 0}) }
    Alias (AAAA, ALIA)
    Device (BBBB) { Alias (\_SB.AAAA._STA, _STA) Alias (\_SB.AAAA._HID, _HID) Alias (\_SB.AAAA._CRS, _CRS) Alias(\BUF0, _CID)}
    Device (CCCC) { Name (_STA, Buffer () {1}) Name (_HID, Buffer() {1}) Name (_CID, Package () { "A", EisaId("PNP0C02"), Package () {"B", 3}, One, \INT0, Buffer(2){}, 0x0501D041 }) Name (_CRS, Package() {1}) }
    Device (DDDD) { Name (_CID, Package () {}) Name (_STA, Ones) Name (_HID, Package(){1}) Name (_CRS, 3)}
    Device (EEEE) { OperationRegion (RGN0, SystemIO, 0x100, 0x10)  Field (RGN0, ByteAcc, NoLock, Preserve) { _STA, 8, _HID, 8, _CRS, 8, _CID, 8}}
    Device (FFFF) { Mutex(_STA,0) Event (_HID) OperationRegion (_CRS, SystemIO, 0x100, 0x10) CreateWordField (BUF0, 0, _CID) }
    Device (GGGG) { Device(_STA) {} PowerResource(_HID,0,0) {} ThermalZone (_CRS) {}  Processor (_CID, 0, 0x410, 6) {Device (SUB0) {} } }
    Device (HHHH) { IndexField (IDX0, DAT0, ByteAcc, NoLock, Preserve) { _STA, 8 }   BankField (RGN0, FLD0, 1, ByteAcc, NoLock, Preserve) { _HID, 8 } Name (_CRS, "abc") CreateField (BUF0, 0, 3, _CID)}
  Name (_CID, Package () { "A"})
    Device (IIII) { Name (_HID, 0x123456789) Name (_CID, Ones) Name (_STA, 0x100) Name (_CRS, Buffer(20) {0x47,1,0xf8,3,0xf8,3,0,8}) }
  }
}
