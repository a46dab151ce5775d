"""Reports: what people see opens a case, or joins the open case of the same hazard."""
