"""C-CDA: clinical documents of HL7's second generation, R1.1 and R2.1, read without trust."""
