DefinitionBlock ("", "DSDT", 2, "TEST", "TEST", 1)
{
  External (\NONE, IntObj)
  Scope (\_PR) { Processor (CPU0, 0, 0, 0) { Scope (NONE) { Device (INSC) {} } } Processor (CPU1, 0, 0, 0) { Device (CP1D) {} } Device (NEXT) {} } Device (ROOT) {}
}
