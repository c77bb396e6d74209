"""What a credential is, how it is signed, checked, numbered and worded. Pure: no I/O and no framework."""
