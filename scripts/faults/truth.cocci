// A function says false where it should say true.
@@ @@
- return true;
+ return false;
