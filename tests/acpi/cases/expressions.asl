/* Every operator in a condition and in a method, between devices that must not be lost. */
DefinitionBlock ("", "DSDT", 2, "TEST", "EXPRESS", 1)
{
    OperationRegion (RGN0, SystemIO, 0x100, 0x10)
    Field (RGN0, ByteAcc, NoLock, Preserve) { FLD0, 8 }
    Name (BUF0, Buffer (8) {1, 2, 3})
    Name (STR0, "text")
    Name (PKG0, Package () {1, "two", Buffer () {3}, Package () {4}, BUF0})
    Name (INT0, 0x12)
    Mutex (MTX0, 0)
    Event (EVT0)
    Method (ARG7, 7) { Return (7) }
    Method (EVRY, 2, Serialized)
    {
        Local0 = Arg0 + 1 - 2 * 3 Local1 = Local0 / 4 Local2 = Local0 % 5
        Divide (Local0, 3, Local3, Local4)
        Local0 = (Local1 << 2) | (Local2 >> 1) & 0x55 ^ ~Local3
        NAnd (Local0, 1, Local1) NOr (Local0, 1, Local1)
        Local0++ Local1--
        Local0 = !Local1 && Local2 || (Local3 == 4) || (Local3 != 4) || (Local3 <= 4) || (Local3 >= 4)
        FindSetLeftBit (Local0, Local1) FindSetRightBit (Local0, Local1)
        Concatenate ("a", "b", Local5) ConcatenateResTemplate (BUF0, BUF0, Local6)
        Mid ("abcdef", 1, 2, Local5) ToString (BUF0, Ones, Local5) ToBuffer (Local0, Local6)
        ToHexString (Local0, Local5) ToDecimalString (Local0, Local5) ToInteger ("5", Local0)
        FromBCD (0x12, Local0) ToBCD (12, Local0)
        Local6 = RefOf (Local0) Local0 = DerefOf (Local6) Local0 = DerefOf (PKG0 [1])
        BUF0 [0] = 5 Index (PKG0, 0, Local6)
        Local0 = Match (PKG0, MLE, Local1, MGT, 3, 1)
        Local0 = ObjectType (PKG0) Local0 = SizeOf (STR0) CopyObject (Local0, Local1)
        If (CondRefOf (INT0, Local6)) { Local0 = 1 } Else { Local0 = 2 }
        While (Local0 < 3) { Local0++ If (Local0 == 2) { Continue } Break }
        Acquire (MTX0, 0x1010) Release (MTX0)
        Signal (EVT0) Wait (EVT0, 0x1010) Reset (EVT0)
        Sleep (0x10) Stall (0x10) Notify (\_SB.AAAA, 0x80) BreakPoint Noop
        Fatal (0x10, 0x14081011, 0x5B) Debug = Timer Local0 = Revision
        Load (FLD0, Local6) Unload (Local6)
        LoadTable ("OEM1", "OEMID", "TABLE", "\\_SB", "", 0)
        CreateField (BUF0, 1, 3, CF00) CreateBitField (BUF0, 1, CF01) CreateByteField (BUF0, 1, CF02)
        CreateWordField (BUF0, 1, CF03) CreateDWordField (BUF0, 1, CF04) CreateQWordField (BUF0, 0, CF05)
        Switch (Local0) { Case (1) { Local0 = 2 } Case (Package () {2, 3}) { Local0 = 3 } Default { Local0 = 4 } }
        Return (ARG7 (1, "two", Buffer () {3}, Package () {4}, BUF0, Local0, ARG7 (1, 2, 3, 4, 5, 6, 7)))
    }
    Scope (\_SB)
    {
        Device (AAAA) { Name (_HID, EisaId ("PNP0501")) }
        If (ARG7 (1, "two", Buffer (2) {3}, Package () {4}, BUF0, FLD0, ARG7 (1, 2, 3, 4, 5, 6, 7)) == 9)
        {
            Device (GON0) {}
        }
        Device (BBBB) { Name (_HID, EisaId ("PNP0500")) }
        If (Match (Package () {1, 2, 3}, MGE, 2, MTR, 0, 0) == 5) { Device (GON1) {} }
        If ((SizeOf (STR0) == 99) && (DerefOf (PKG0 [0]) == 44)) { Device (GON2) {} }
        If ((ToInteger ("0x5") == 6) && (FromBCD (0x12) == 0)) { Device (GON3) {} }
        If (Concatenate ("a", "b") == "c") { Device (GON4) {} }
        If (((INT0 & 0x10) == 0x10) && ((INT0 << 1) == 0x24) && !(INT0 >> 5)) { Device (HER0) {} }
        If (((INT0 ^ 0x10) == 2) && ((INT0 * 2 + 1 - 3) == 34) && ((INT0 | 1) > 0x12)) { Device (HER1) {} }
        CreateDWordField (BUF0, 0, CDW0)
        CreateField (BUF0, 1, 7, CFL0)
        OperationRegion (RGN1, SystemIO, INT0 + 0x10, INT0 * 2)
        Field (RGN1, ByteAcc, NoLock, Preserve)
        {
            AccessAs (WordAcc, 0), FLD1, 1, , 7, Offset (0x08), FLD2, 16, AccessAs (BufferAcc, AttribBytes (4)), FLD3, 64
        }
        IndexField (FLD1, FLD2, ByteAcc, NoLock, Preserve) { IDX0, 8, Offset (4), IDX1, 300 }
        BankField (RGN1, FLD1, 0x1234, ByteAcc, NoLock, Preserve) { BNK0, 8 }
        Field (RGN1, ByteAcc, NoLock, Preserve) { CCCC, 8 }
        Device (DDDD) { Name (_HID, "LNRO0005") Name (_CRS, Buffer (INT0) {0x47, 1, 0xF8, 3, 0xF8, 3, 0, 8, 0x79, 0}) }
        Name (UUID, ToUUID ("12345678-1234-5678-1234-567890ABCDEF"))
        Name (UNIC, Unicode ("wide"))
        Name (BIGP, Package (200) {1})
        Name (QWRD, 0x123456789ABCDEF0)
        Device (EEEE) { Name (_STA, 0x0B) }
    }
}
