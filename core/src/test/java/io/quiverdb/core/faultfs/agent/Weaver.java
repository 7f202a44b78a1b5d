package io.quiverdb.core.faultfs.agent;

import io.quiverdb.core.faultfs.agent.HookPoint.Subject;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Lets the classes of the JDK through which every file is written call hooks of ours first.
///
/// Not a default `FileSystemProvider`: that never hears of `FileOutputStream` and
/// `RandomAccessFile`, by which the engine writes all it has, and would have to stand in for `Path`
/// and `FileSystem` too. Here paths, channels and their quirks are the JDK's own.
final class Weaver {
  private static final String CHANNEL = "sun/nio/ch/FileChannelImpl";
  private static final String STREAM = "java/io/FileOutputStream";
  private static final String FILE = "java/io/RandomAccessFile";
  private static final String OLD_NAMES = "java/io/UnixFileSystem";
  private static final String NAMES = "sun/nio/fs/UnixFileSystemProvider";
  private static final String DELETIONS = "sun/nio/fs/AbstractFileSystemProvider";

  private static final String PATH = "Ljava/nio/file/Path;";
  private static final String ATTRIBUTES = "[Ljava/nio/file/attribute/FileAttribute;";
  private static final String COPY_OPTIONS = "[Ljava/nio/file/CopyOption;";
  private static final String OPEN = "(" + PATH + "Ljava/util/Set;" + ATTRIBUTES + ")";

  static final List<HookPoint> POINTS =
      List.of(
          channel("write", "(Ljava/nio/ByteBuffer;)I"),
          channel("write", "(Ljava/nio/ByteBuffer;J)I"),
          channel("write", "([Ljava/nio/ByteBuffer;II)J"),
          channel("transferFrom", "(Ljava/nio/channels/ReadableByteChannel;JJ)J"),
          channel("transferTo", "(JJLjava/nio/channels/WritableByteChannel;)J"),
          channel("truncate", "(J)Ljava/nio/channels/FileChannel;"),
          channel("force", "(Z)V"),
          channel("map", "(Ljava/nio/channels/FileChannel$MapMode;JJ)Ljava/nio/MappedByteBuffer;")
              .onlyObserving(),
          channel(
                  "map",
                  "(Ljava/nio/channels/FileChannel$MapMode;JJLjava/lang/foreign/Arena;)"
                      + "Ljava/lang/foreign/MemorySegment;")
              .onlyObserving(),
          stream(STREAM, "open", "(Ljava/lang/String;Z)V", Subject.NOBODY, "opening")
              .onlyObserving(),
          stream(STREAM, "write", "(I)V", Subject.STREAM, "write"),
          stream(STREAM, "write", "([B)V", Subject.STREAM, "write"),
          stream(STREAM, "write", "([BII)V", Subject.STREAM, "write"),
          stream(FILE, "open", "(Ljava/lang/String;I)V", Subject.NOBODY, "opening").onlyObserving(),
          stream(FILE, "write", "(I)V", Subject.FILE, "write"),
          stream(FILE, "writeBytes", "([BII)V", Subject.FILE, "write"),
          stream(FILE, "setLength", "(J)V", Subject.FILE, "setLength"),
          stream("java/io/FileDescriptor", "sync", "()V", Subject.DESCRIPTOR, "sync"),
          names(OLD_NAMES, "createFileExclusively", "(Ljava/lang/String;)Z"),
          names(OLD_NAMES, "createDirectory", "(Ljava/io/File;)Z"),
          names(OLD_NAMES, "delete", "(Ljava/io/File;)Z"),
          names(OLD_NAMES, "rename", "(Ljava/io/File;Ljava/io/File;)Z"),
          provider("newFileChannel", OPEN + "Ljava/nio/channels/FileChannel;"),
          provider("newByteChannel", OPEN + "Ljava/nio/channels/SeekableByteChannel;"),
          provider(
                  "newAsynchronousFileChannel",
                  "("
                      + PATH
                      + "Ljava/util/Set;Ljava/util/concurrent/ExecutorService;"
                      + ATTRIBUTES
                      + ")Ljava/nio/channels/AsynchronousFileChannel;")
              .onlyObserving(),
          provider("createDirectory", "(" + PATH + ATTRIBUTES + ")V"),
          provider("createLink", "(" + PATH + PATH + ")V"),
          provider("createSymbolicLink", "(" + PATH + PATH + ATTRIBUTES + ")V"),
          provider("copy", "(" + PATH + PATH + COPY_OPTIONS + ")V"),
          provider("move", "(" + PATH + PATH + COPY_OPTIONS + ")V"),
          names(DELETIONS, "delete", "(" + PATH + ")V"),
          names(DELETIONS, "deleteIfExists", "(" + PATH + ")Z"));

  private Weaver() {}

  private static HookPoint channel(String method, String descriptor) {
    return HookPoint.of(CHANNEL, method, descriptor, Subject.CHANNEL, ChannelHooks.class, method);
  }

  private static HookPoint stream(
      String owner, String method, String descriptor, Subject subject, String hook) {
    return HookPoint.of(owner, method, descriptor, subject, StreamHooks.class, hook);
  }

  private static HookPoint provider(String method, String descriptor) {
    return names(NAMES, method, descriptor);
  }

  private static HookPoint names(String owner, String method, String descriptor) {
    return HookPoint.of(owner, method, descriptor, Subject.NOBODY, NameHooks.class, method);
  }

  /// @throws IllegalStateException if the JDK lacks one of the methods: nothing may go unseen
  static void weave(Instrumentation instrumentation)
      throws ClassNotFoundException, UnmodifiableClassException {
    var owners = new ArrayList<Class<?>>();
    for (String owner : POINTS.stream().map(HookPoint::owner).distinct().toList()) {
      owners.add(Class.forName(owner.replace('/', '.'), false, null));
    }
    var transformer = new Transformer();
    instrumentation.addTransformer(transformer, true);
    try {
      instrumentation.retransformClasses(owners.toArray(Class<?>[]::new));
    } finally {
      var _ = instrumentation.removeTransformer(transformer);
    }
    var missing = new ArrayList<>(POINTS);
    missing.removeAll(transformer.woven);
    if (!missing.isEmpty()) {
      throw new IllegalStateException(
          "this JDK lacks %s; last failure: %s".formatted(missing, transformer.failure));
    }
  }

  /// The JVM swallows what a transformer throws.
  private static final class Transformer implements ClassFileTransformer {
    private final List<HookPoint> woven = new ArrayList<>();
    private Optional<Throwable> failure = Optional.empty();

    @Override
    public byte @Nullable [] transform(
        @Nullable ClassLoader loader,
        String className,
        @Nullable Class<?> redefined,
        @Nullable ProtectionDomain domain,
        byte[] content) {
      if (POINTS.stream().noneMatch(point -> point.owner().equals(className))) {
        return null;
      }
      try {
        return transform(className, content);
      } catch (RuntimeException | LinkageError e) {
        failure = Optional.of(e);
        throw e;
      }
    }

    private byte[] transform(String className, byte[] content) {
      var classFile = ClassFile.of();
      return classFile.transformClass(
          classFile.parse(content),
          (builder, element) -> {
            if (element instanceof MethodModel method) {
              var point = point(className, method);
              if (point.isPresent()) {
                builder.transformMethod(
                    method, MethodTransform.transformingCode(new Prologue(point.get())));
                woven.add(point.get());
                return;
              }
            }
            builder.with(element);
          });
    }

    private static Optional<HookPoint> point(String className, MethodModel method) {
      return POINTS.stream()
          .filter(point -> point.owner().equals(className))
          .filter(point -> method.methodName().equalsString(point.method()))
          .filter(point -> method.methodType().equalsString(point.descriptor()))
          .findFirst();
    }
  }

  private record Prologue(HookPoint point) implements CodeTransform {
    @Override
    public void atStart(CodeBuilder code) {
      point.emit(code);
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      code.with(element);
    }
  }
}
