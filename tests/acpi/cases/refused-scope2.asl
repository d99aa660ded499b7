DefinitionBlock ("", "DSDT", 2, "TEST", "TEST", 1)
{
  External (\NONE, IntObj)
  Scope (\_SB) { Device (OUTR) {} Scope (NONE) { Device (INSC) {} } } Device (ROOT) {} Scope (\_GPE) { Device (ROO2) {} } Device (ROO3) {}
}
