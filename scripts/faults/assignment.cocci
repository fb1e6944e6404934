// An assignment is left out.
@@ expression a, e; identifier m; @@
- a->m = e;
+ ;
