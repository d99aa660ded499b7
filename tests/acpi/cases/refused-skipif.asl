DefinitionBlock ("", "DSDT", 2, "TEST", "TEST", 1)
{
  External (\NONE, IntObj)
  Scope (\_SB) { Device (OUTR) { Device (CAS0) { If (1) { Device (CAS1) {} Scope (NONE) { Device (INSC) {} } } } Device (NEXT) {} } Device (SIBL) {} } Device (ROOT) {}
}
