DefinitionBlock ("", "DSDT", 2, "TEST", "TEST", 1)
{
  External (\NONE, IntObj)
  Scope (\_SB) { Device (OUTR) { If (1) { Device (CAS0) { Scope (NONE) { Device (INSC) {} } } } Device (NEX2) {} } Device (SIBL) {} } Device (ROOT) {}
}
