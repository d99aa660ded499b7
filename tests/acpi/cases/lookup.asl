/* Names: upward search, carets, multi-segment paths, aliases, and scopes in other objects. */
DefinitionBlock ("", "DSDT", 2, "TEST", "LOOKUP", 1)
{
    Name (\GLOB, 1)
    Scope (\_SB)
    {
        Device (PCI0)
        {
            Name (_HID, EisaId ("PNP0A08"))
            Name (_CID, EisaId ("PNP0A03"))
            Device (LPC0)
            {
                Name (_ADR, 0x001F0000)
                Device (COM1)
                {
                    Name (_HID, EisaId ("PNP0501"))
                    Name (_CRS, ResourceTemplate ()
                    {
                        IO (Decode16, 0x03F8, 0x03F8, 0x01, 0x08)
                        IRQNoFlags () {4}
                    })
                }
                Scope (COM1) { Method (_STA) { Return (0x0F) } Device (A___) {} }
                Scope (PCI0) { Device (UPWD) {} }
                Device (^SRL0) { Name (_HID, EisaId ("PNP0501")) Name (_UID, 1) }
                Device (^^TOPP) { Name (_HID, "QEMU0002") }
                Device (\_SB.ABSO) { Name (_ADR, 1) }
                Device (\_SB.PCI0.MULT) { Name (_ADR, 2) }
                Name (^COM1._UID, 5)
            }
            Alias (LPC0, LPCX)
            Alias (LPC0.COM1, COMX)
        }
    }
    Scope (\_SB.PCI0.LPC0) { Device (COM2) { Alias (\_SB.PCI0.LPC0.COM1._CRS, _CRS) } }
    Scope (\_SB_.PCI0.LPC0.COM1) { Name (_CID, Package () {"ABCD0001", EisaId ("PNP0500")}) }
    Scope (\_PR) { Processor (CPU0, 0, 0x410, 6) { Device (INPR) {} } }
    Scope (\_TZ) { ThermalZone (THRM) { Device (INTZ) {} } }
    Scope (\_GPE) { Device (INGP) {} Method (_L01) { Notify (\_SB.PCI0, 0) } }
    Scope (\) { PowerResource (PWR0, 0, 0) { Device (INPW) {} } }
    Scope (\GLOB) { Device (ININ) {} }
    Device (M___) { Method (MTHD, 7) { Device (HIDE) { Name (_HID, "PNP0501") } Return (0) } }
}
