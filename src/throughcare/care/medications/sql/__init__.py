"""SQL that the migrations of this room run."""
