"""Units: their fire class and regulator, managers, fire equipment, papers and four abilities."""
