"""Order boards for ops staff. Reads every room below and owns no business rule."""
