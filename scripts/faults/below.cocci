// The bound of a comparison is one off.
@@ expression a, b; @@
  a
- <
+ <=
  b
