DefinitionBlock ("", "DSDT", 2, "TEST", "TEST", 1)
{
  External (\NONE, IntObj)
  Scope (\_SB) { Device (OUTR) { Device (CAS0) { Scope (NONE) { Device (INSC) {} } } } Device (SIBL) {} } Device (ROOT) {}
}
