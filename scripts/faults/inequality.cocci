// A comparison for inequality is turned round.
@@ expression a, b; @@
  a
- !=
+ ==
  b
