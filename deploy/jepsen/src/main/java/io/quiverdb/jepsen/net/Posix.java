package io.quiverdb.jepsen.net;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The system calls of Linux that Java has no other door to. Each throws [IOException] with the
/// error's number, except where the number decides what comes next.
final class Posix {
  static final int OPEN_READ_WRITE = 2;
  static final int OPEN_NON_BLOCKING = 0x800;
  static final int OPEN_CLOSE_ON_EXEC = 0x80000;
  static final int EVENT_NON_BLOCKING = OPEN_NON_BLOCKING;
  static final short POLL_IN = 1;

  private static final int TRY_AGAIN = 11; // EAGAIN
  private static final int INTERRUPTED = 4; // EINTR
  private static final String ERRNO = "errno";

  private static final Linker LINKER = Linker.nativeLinker();
  private static final VarHandle ERROR_NUMBER =
      Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement(ERRNO));

  private static final MethodHandle OPEN =
      function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), 2);
  private static final MethodHandle IOCTL =
      function("ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), 2);
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle READ =
      function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle WRITE =
      function("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle EVENT_FD =
      function("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle PPOLL =
      function("ppoll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));

  private Posix() {}

  @FunctionalInterface
  private interface Call {
    /// @param state gets the error's number
    long invoke(MemorySegment state) throws Throwable;
  }

  /// @return the file descriptor
  static int open(String path, int flags) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var name = arena.allocateFrom(path);
      return (int) require("open " + path, state -> (int) OPEN.invokeExact(state, name, flags));
    }
  }

  static void ioctl(int fd, long request, MemorySegment argument) throws IOException {
    long _ = require("ioctl", state -> (int) IOCTL.invokeExact(state, fd, request, argument));
  }

  static void close(int fd) throws IOException {
    long _ = require("close", state -> (int) CLOSE.invokeExact(state, fd));
  }

  /// @return the file descriptor of a counter that can be polled
  static int event() throws IOException {
    return (int)
        require(
            "eventfd",
            state -> (int) EVENT_FD.invokeExact(state, 0, EVENT_NON_BLOCKING | OPEN_CLOSE_ON_EXEC));
  }

  /// @return the number of bytes; -1 if there is nothing to read now
  static long read(int fd, MemorySegment into) throws IOException {
    return orNothing("read", state -> (long) READ.invokeExact(state, fd, into, into.byteSize()));
  }

  /// @return false if it was not taken, whatever the reason
  static boolean write(int fd, MemorySegment bytes) {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(Linker.Option.captureStateLayout());
      return (long) WRITE.invokeExact(state, fd, bytes, bytes.byteSize()) == bytes.byteSize();
    } catch (Throwable e) {
      throw new AssertionError("write", e);
    }
  }

  /// Waits until one of the descriptors is ready, or for the time.
  ///
  /// @param descriptors an array of `struct pollfd`
  /// @param timeout a `struct timespec`, or [MemorySegment#NULL] to wait for ever
  static void poll(MemorySegment descriptors, long count, MemorySegment timeout)
      throws IOException {
    long _ =
        orNothing(
            "ppoll",
            state ->
                (int) PPOLL.invokeExact(state, descriptors, count, timeout, MemorySegment.NULL));
  }

  private static long require(String what, Call call) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(Linker.Option.captureStateLayout());
      long result = invoke(what, call, state);
      if (result < 0) {
        throw new IOException(what + ": error " + errorNumber(state));
      }
      return result;
    }
  }

  private static long orNothing(String what, Call call) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(Linker.Option.captureStateLayout());
      long result = invoke(what, call, state);
      if (result < 0 && errorNumber(state) != TRY_AGAIN && errorNumber(state) != INTERRUPTED) {
        throw new IOException(what + ": error " + errorNumber(state));
      }
      return result;
    }
  }

  private static long invoke(String what, Call call, MemorySegment state) {
    try {
      return call.invoke(state);
    } catch (Throwable e) {
      throw new AssertionError(what, e); // the call fails by its result
    }
  }

  private static int errorNumber(MemorySegment state) {
    return (int) ERROR_NUMBER.get(state, 0L);
  }

  private static MethodHandle function(String name, FunctionDescriptor type) {
    return function(name, type, Linker.Option.captureCallState(ERRNO));
  }

  /// @param fixedArguments of a function that takes more
  private static MethodHandle function(String name, FunctionDescriptor type, int fixedArguments) {
    return function(
        name,
        type,
        Linker.Option.captureCallState(ERRNO),
        Linker.Option.firstVariadicArg(fixedArguments));
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(
      String name, FunctionDescriptor type, Linker.Option... options) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
  }
}
