"""Files: one per building, yard, unit, enterprise or household (一楼一档)."""
