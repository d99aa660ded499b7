/* Every resource descriptor in a constant _CRS. */
DefinitionBlock ("", "DSDT", 2, "TEST", "RESOURCE", 1)
{
    Scope (\_SB)
    {
        Device (SMAL)
        {
            Name (_CRS, ResourceTemplate ()
            {
                IRQ (Edge, ActiveHigh, Exclusive) {3, 4, 15}
                IRQNoFlags () {5}
                DMA (Compatibility, NotBusMaster, Transfer8) {2}
                StartDependentFn (0, 0)
                {
                    IO (Decode16, 0x03F8, 0x03FF, 0x01, 0x08)
                    FixedIO (0x0070, 0x02)
                }
                EndDependentFn ()
                VendorShort () {0x47, 1, 0xF8, 3, 0xF8, 3, 0}
                FixedDMA (1, 2, Width32bit)
                IO (Decode10, 0x0CF8, 0x0CF8, 0x01, 0xFF)
            })
        }
        Device (LARG)
        {
            Name (_CRS, ResourceTemplate ()
            {
                VendorLong () {0x89, 6, 0, 0, 1, 9, 0, 0, 0}
                Memory24 (ReadOnly, 0x1000, 0x2000, 0x10, 0x10)
                Memory32 (ReadWrite, 0, 0xFFFF, 1, 0x1000)
                Memory32Fixed (ReadWrite, 0xFED00000, 0x400)
                WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode, 0, 0, 255, 0, 256)
                WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange, 0, 0x0D00, 0xFFFF, 0, 0xF300)
                DWordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange, 0, 0x1000, 0x1FFF, 0, 0x1000)
                QWordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange, 0, 0x2000, 0x2FFF, 0, 0x1000)
                ExtendedIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange, 0, 0x3000, 0x3FFF, 0, 0x1000, 0)
                DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite, 0, 0xA0000, 0xBFFFF, 0, 0x20000)
                QWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable, ReadWrite, 0, 0x100000000, 0x1FFFFFFFF, 0, 0x100000000)
                DWordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange, 0, 0x4000, 0x4FFF, 0, 0x1000, 1, "\\_SB.SMAL")
                Interrupt (ResourceConsumer, Level, ActiveLow, Shared) {16, 17, 1000}
                Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive, 0, "\\_SB.SMAL") {4}
                Register (SystemIO, 8, 0, 0x80)
                GpioInt (Edge, ActiveLow, Exclusive, PullUp, 0, "\\_SB.SMAL") {5}
                GpioIo (Exclusive, PullUp, 0, 0, IoRestrictionNone, "\\_SB.SMAL") {5, 6}
                I2cSerialBusV2 (0x2C, ControllerInitiated, 400000, AddressingMode7Bit, "\\_SB.SMAL")
                SpiSerialBusV2 (0, PolarityLow, FourWireMode, 8, ControllerInitiated, 1000, ClockPolarityLow, ClockPhaseFirst, "\\_SB.SMAL")
                UartSerialBusV2 (115200, DataBitsEight, StopBitsOne, 0xC0, LittleEndian, ParityTypeNone, FlowControlNone, 16, 16, "\\_SB.SMAL")
            })
        }
        Device (NONE) { Name (_CRS, ResourceTemplate () {}) }
        Device (PADD) { Name (_CRS, Buffer (0x40) {0x47, 1, 0xF8, 3, 0xF8, 3, 0, 8}) }
        Device (CUTT) { Name (_CRS, Buffer () {0x22, 0x10, 0x00, 0x47, 1, 0xF8, 3, 0xF8}) }
        Device (ZER0) { Name (_CRS, Buffer (4) {}) }
    }
}
