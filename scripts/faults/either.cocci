// Both conditions must hold, not one.
@@ expression a, b; @@
  a
- ||
+ &&
  b
