DefinitionBlock ("", "DSDT", 2, "TEST", "TEST", 1)
{
  External (\NONE, IntObj)
  Scope (\_SB) { Device (OUTR) { Device (CAS0) { Scope (NONE) { Device (INSC) {} } } Device (NEXT) { Scope (NONE) { Device (INSC) {} } } Device (NEX2) {} } Device (SIBL) {} } Device (ROOT) {}
}
