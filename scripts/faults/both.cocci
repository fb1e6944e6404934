// One condition of two is enough.
@@ expression a, b; @@
  a
- &&
+ ||
  b
