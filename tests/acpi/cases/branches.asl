/* If, Else and While at load time, with conditions that a walker can follow and some it cannot. */
DefinitionBlock ("", "DSDT", 2, "TEST", "BRANCHES", 1)
{
    External (\_SB.NONE, DeviceObj)
    OperationRegion (GNVS, SystemMemory, 0x12340000, 0x100)
    Field (GNVS, AnyAcc, Lock, Preserve) { SCFG, 8, SM00, 8, , 8, Offset (0x20), BIG0, 64 }
    Name (MODE, 2)
    Method (HAS1) { Return (One) }
    Method (HAS0) { Return (Zero) }
    Scope (\_SB)
    {
        If (SCFG > 0) { Device (UAR1) { Name (_HID, EisaId ("PNP0501")) } }
        If (SCFG == 0) { Device (UAR2) { Name (_HID, EisaId ("PNP0501")) } }
        Device (I2C0)
        {
            If (SM00 == 2) { Name (_HID, "INT33C2") Method (_STA) { Return (0x0F) } }
            If (SM00 == 1) { Name (_ADR, 0x00150000) }
            If (SM00 != 2) { Method (_CRS) { Return (Buffer () {0x79, 0}) } }
        }
        Device (ALTS)
        {
            If (MODE == 1) { Name (_HID, "AAAA0001") }
            ElseIf (MODE == 2) { Name (_HID, "AAAA0002") Device (SUB2) {} }
            Else { Name (_HID, "AAAA0003") Device (SUB3) {} }
        }
        If (CondRefOf (NONE)) { Device (GONE) {} } Else { Device (HERE) {} }
        If (CondRefOf (\_SB.ALTS)) { Device (HER2) {} } Else { Device (GON2) {} }
        If (HAS1 ()) { Device (HER3) {} Scope (HER3) { Device (SUBX) {} } }
        If (HAS0 ()) { Device (GON3) {} Scope (GON3) { Device (SUBX) {} } }
        While (BIG0) { Device (GON4) {} Break }
        If (SCFG) { Device (SAME) { Name (_HID, "AAAA0001") } }
        Else { Device (SAME) { Name (_HID, "AAAA0002") } }
        Device (LAST) { Name (_STA, 0x0F) }
    }
}
