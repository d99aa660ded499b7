DefinitionBlock ("", "DSDT", 2, "TEST", "TEST", 1)
{
  External (\NONE, IntObj)
  Scope (\_SB) { Device (OUTR) { Store (NONE, Local0) Device (CAS0) { Device (CAS1) { Scope (NONE) { Device (INSC) {} } } Device (NEXT) {} } Device (NEX2) {} } Device (SIBL) {} } Device (ROOT) {}
}
