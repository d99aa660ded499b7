/* A serial port at 0x3e8 that is not there, as BIOSes and Bochs declare them. */
DefinitionBlock ("", "SSDT", 2, "BPTEST", "PHANTOM", 1)
{
	External (\_SB, DeviceObj)

	Scope (\_SB)
	{
		Device (COM3)
		{
			Name (_HID, EisaId ("PNP0501"))
			Name (_UID, 3)
			Name (_STA, 0x0F)
			Name (_CRS, ResourceTemplate ()
			{
				IO (Decode16, 0x03E8, 0x03E8, 0x00, 0x08)
				IRQNoFlags () { 5 }
			})
		}
	}
}
