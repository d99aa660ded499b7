DefinitionBlock ("", "DSDT", 2, "TEST", "TEST", 1)
{
  External (\NONE, IntObj)
  Scope (\_SB) { Device (OUTR) { Device (CAS0) { Store (NONE, Local0) } Device (NEXT) { Scope (NONE) { Device (INSC) {} } } Device (NEX2) {} Scope (NONE) { Device (INSC) {} } } Device (SIBL) {} } Device (ROOT) {}
}
