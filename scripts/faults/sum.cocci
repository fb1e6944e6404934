// A sum is a difference.
@@ expression a, b; @@
  a
- +
+ -
  b
