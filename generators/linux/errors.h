/* errors.h: the error numbers of Linux: name, number, and what the C library says of it in the C locale.
 *
 * They are the same on every machine here (asm-generic/errno.h). A system call that fails returns the number, negative.
 * LINUX_ENOENT and so on are the numbers by name. */
#ifndef BYTEGATE_LINUX_ERRORS_H
#define BYTEGATE_LINUX_ERRORS_H

/* clang-format off */
#define LINUX_ERRORS(ERROR)                                                        \
  ERROR(EPERM,             1, "Operation not permitted")                           \
  ERROR(ENOENT,            2, "No such file or directory")                         \
  ERROR(ESRCH,             3, "No such process")                                   \
  ERROR(EINTR,             4, "Interrupted system call")                           \
  ERROR(EIO,               5, "Input/output error")                                \
  ERROR(ENXIO,             6, "No such device or address")                         \
  ERROR(E2BIG,             7, "Argument list too long")                            \
  ERROR(ENOEXEC,           8, "Exec format error")                                 \
  ERROR(EBADF,             9, "Bad file descriptor")                               \
  ERROR(ECHILD,           10, "No child processes")                                \
  ERROR(EAGAIN,           11, "Resource temporarily unavailable")                  \
  ERROR(ENOMEM,           12, "Cannot allocate memory")                            \
  ERROR(EACCES,           13, "Permission denied")                                 \
  ERROR(EFAULT,           14, "Bad address")                                       \
  ERROR(ENOTBLK,          15, "Block device required")                             \
  ERROR(EBUSY,            16, "Device or resource busy")                           \
  ERROR(EEXIST,           17, "File exists")                                       \
  ERROR(EXDEV,            18, "Invalid cross-device link")                         \
  ERROR(ENODEV,           19, "No such device")                                    \
  ERROR(ENOTDIR,          20, "Not a directory")                                   \
  ERROR(EISDIR,           21, "Is a directory")                                    \
  ERROR(EINVAL,           22, "Invalid argument")                                  \
  ERROR(ENFILE,           23, "Too many open files in system")                     \
  ERROR(EMFILE,           24, "Too many open files")                               \
  ERROR(ENOTTY,           25, "Inappropriate ioctl for device")                    \
  ERROR(ETXTBSY,          26, "Text file busy")                                    \
  ERROR(EFBIG,            27, "File too large")                                    \
  ERROR(ENOSPC,           28, "No space left on device")                           \
  ERROR(ESPIPE,           29, "Illegal seek")                                      \
  ERROR(EROFS,            30, "Read-only file system")                             \
  ERROR(EMLINK,           31, "Too many links")                                    \
  ERROR(EPIPE,            32, "Broken pipe")                                       \
  ERROR(EDOM,             33, "Numerical argument out of domain")                  \
  ERROR(ERANGE,           34, "Numerical result out of range")                     \
  ERROR(EDEADLK,          35, "Resource deadlock avoided")                         \
  ERROR(ENAMETOOLONG,     36, "File name too long")                                \
  ERROR(ENOLCK,           37, "No locks available")                                \
  ERROR(ENOSYS,           38, "Function not implemented")                          \
  ERROR(ENOTEMPTY,        39, "Directory not empty")                               \
  ERROR(ELOOP,            40, "Too many levels of symbolic links")                 \
  ERROR(ENOMSG,           42, "No message of desired type")                        \
  ERROR(EIDRM,            43, "Identifier removed")                                \
  ERROR(ECHRNG,           44, "Channel number out of range")                       \
  ERROR(EL2NSYNC,         45, "Level 2 not synchronized")                          \
  ERROR(EL3HLT,           46, "Level 3 halted")                                    \
  ERROR(EL3RST,           47, "Level 3 reset")                                     \
  ERROR(ELNRNG,           48, "Link number out of range")                          \
  ERROR(EUNATCH,          49, "Protocol driver not attached")                      \
  ERROR(ENOCSI,           50, "No CSI structure available")                        \
  ERROR(EL2HLT,           51, "Level 2 halted")                                    \
  ERROR(EBADE,            52, "Invalid exchange")                                  \
  ERROR(EBADR,            53, "Invalid request descriptor")                        \
  ERROR(EXFULL,           54, "Exchange full")                                     \
  ERROR(ENOANO,           55, "No anode")                                          \
  ERROR(EBADRQC,          56, "Invalid request code")                              \
  ERROR(EBADSLT,          57, "Invalid slot")                                      \
  ERROR(EBFONT,           59, "Bad font file format")                              \
  ERROR(ENOSTR,           60, "Device not a stream")                               \
  ERROR(ENODATA,          61, "No data available")                                 \
  ERROR(ETIME,            62, "Timer expired")                                     \
  ERROR(ENOSR,            63, "Out of streams resources")                          \
  ERROR(ENONET,           64, "Machine is not on the network")                     \
  ERROR(ENOPKG,           65, "Package not installed")                             \
  ERROR(EREMOTE,          66, "Object is remote")                                  \
  ERROR(ENOLINK,          67, "Link has been severed")                             \
  ERROR(EADV,             68, "Advertise error")                                   \
  ERROR(ESRMNT,           69, "Srmount error")                                     \
  ERROR(ECOMM,            70, "Communication error on send")                       \
  ERROR(EPROTO,           71, "Protocol error")                                    \
  ERROR(EMULTIHOP,        72, "Multihop attempted")                                \
  ERROR(EDOTDOT,          73, "RFS specific error")                                \
  ERROR(EBADMSG,          74, "Bad message")                                       \
  ERROR(EOVERFLOW,        75, "Value too large for defined data type")             \
  ERROR(ENOTUNIQ,         76, "Name not unique on network")                        \
  ERROR(EBADFD,           77, "File descriptor in bad state")                      \
  ERROR(EREMCHG,          78, "Remote address changed")                            \
  ERROR(ELIBACC,          79, "Can not access a needed shared library")            \
  ERROR(ELIBBAD,          80, "Accessing a corrupted shared library")              \
  ERROR(ELIBSCN,          81, ".lib section in a.out corrupted")                   \
  ERROR(ELIBMAX,          82, "Attempting to link in too many shared libraries")   \
  ERROR(ELIBEXEC,         83, "Cannot exec a shared library directly")             \
  ERROR(EILSEQ,           84, "Invalid or incomplete multibyte or wide character") \
  ERROR(ERESTART,         85, "Interrupted system call should be restarted")       \
  ERROR(ESTRPIPE,         86, "Streams pipe error")                                \
  ERROR(EUSERS,           87, "Too many users")                                    \
  ERROR(ENOTSOCK,         88, "Socket operation on non-socket")                    \
  ERROR(EDESTADDRREQ,     89, "Destination address required")                      \
  ERROR(EMSGSIZE,         90, "Message too long")                                  \
  ERROR(EPROTOTYPE,       91, "Protocol wrong type for socket")                    \
  ERROR(ENOPROTOOPT,      92, "Protocol not available")                            \
  ERROR(EPROTONOSUPPORT,  93, "Protocol not supported")                            \
  ERROR(ESOCKTNOSUPPORT,  94, "Socket type not supported")                         \
  ERROR(EOPNOTSUPP,       95, "Operation not supported")                           \
  ERROR(EPFNOSUPPORT,     96, "Protocol family not supported")                     \
  ERROR(EAFNOSUPPORT,     97, "Address family not supported by protocol")          \
  ERROR(EADDRINUSE,       98, "Address already in use")                            \
  ERROR(EADDRNOTAVAIL,    99, "Cannot assign requested address")                   \
  ERROR(ENETDOWN,        100, "Network is down")                                   \
  ERROR(ENETUNREACH,     101, "Network is unreachable")                            \
  ERROR(ENETRESET,       102, "Network dropped connection on reset")               \
  ERROR(ECONNABORTED,    103, "Software caused connection abort")                  \
  ERROR(ECONNRESET,      104, "Connection reset by peer")                          \
  ERROR(ENOBUFS,         105, "No buffer space available")                         \
  ERROR(EISCONN,         106, "Transport endpoint is already connected")           \
  ERROR(ENOTCONN,        107, "Transport endpoint is not connected")               \
  ERROR(ESHUTDOWN,       108, "Cannot send after transport endpoint shutdown")     \
  ERROR(ETOOMANYREFS,    109, "Too many references: cannot splice")                \
  ERROR(ETIMEDOUT,       110, "Connection timed out")                              \
  ERROR(ECONNREFUSED,    111, "Connection refused")                                \
  ERROR(EHOSTDOWN,       112, "Host is down")                                      \
  ERROR(EHOSTUNREACH,    113, "No route to host")                                  \
  ERROR(EALREADY,        114, "Operation already in progress")                     \
  ERROR(EINPROGRESS,     115, "Operation now in progress")                         \
  ERROR(ESTALE,          116, "Stale file handle")                                 \
  ERROR(EUCLEAN,         117, "Structure needs cleaning")                          \
  ERROR(ENOTNAM,         118, "Not a XENIX named type file")                       \
  ERROR(ENAVAIL,         119, "No XENIX semaphores available")                     \
  ERROR(EISNAM,          120, "Is a named type file")                              \
  ERROR(EREMOTEIO,       121, "Remote I/O error")                                  \
  ERROR(EDQUOT,          122, "Disk quota exceeded")                               \
  ERROR(ENOMEDIUM,       123, "No medium found")                                   \
  ERROR(EMEDIUMTYPE,     124, "Wrong medium type")                                 \
  ERROR(ECANCELED,       125, "Operation canceled")                                \
  ERROR(ENOKEY,          126, "Required key not available")                        \
  ERROR(EKEYEXPIRED,     127, "Key has expired")                                   \
  ERROR(EKEYREVOKED,     128, "Key has been revoked")                              \
  ERROR(EKEYREJECTED,    129, "Key was rejected by service")                       \
  ERROR(EOWNERDEAD,      130, "Owner died")                                        \
  ERROR(ENOTRECOVERABLE, 131, "State not recoverable")                             \
  ERROR(ERFKILL,         132, "Operation not possible due to RF-kill")             \
  ERROR(EHWPOISON,       133, "Memory page has hardware error")
/* clang-format on */

#define LINUX_ERROR_NUMBER_(name, number, text) LINUX_##name = number,
enum { LINUX_ERRORS(LINUX_ERROR_NUMBER_) };

#endif

/* SPDX-License-Identifier: MIT */
