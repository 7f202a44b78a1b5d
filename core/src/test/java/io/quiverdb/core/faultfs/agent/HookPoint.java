package io.quiverdb.core.faultfs.agent;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.RandomAccessFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A method of the JDK that asks a hook before it does anything.
///
/// The hook is handed who is called, if [#subject] says so, and the method's arguments. It either
/// does the work itself, by calling the same method again from inside, or leaves it to the method.
/// How it says which, depends on what the method returns:
///
/// | method  | hook    | leaves it to the method with |
/// |---------|---------|------------------------------|
/// | nothing | boolean | `false`                      |
/// | boolean | int     | a negative number            |
/// | number  | long    | [Long#MIN_VALUE]             |
/// | object  | object  | `null`                       |
///
/// @param owner class of the JDK, as in `java/io/File`
/// @param hooks where the hook is
/// @param observing whether the hook returns nothing and the method always runs
record HookPoint(
    String owner,
    String method,
    String descriptor,
    Subject subject,
    Class<?> hooks,
    String hook,
    boolean observing) {
  private static final ClassDesc DESCRIPTOR = desc(FileDescriptor.class);

  /// Who is called, as the hook sees it.
  @SuppressWarnings("ImmutableEnumChecker") // descriptions of classes do not change
  enum Subject {
    /// The hook need not know.
    NOBODY,
    /// The object as what its public superclass says, and its descriptor.
    CHANNEL(FileChannel.class),
    STREAM(FileOutputStream.class),
    FILE(RandomAccessFile.class),
    /// A descriptor.
    DESCRIPTOR;

    private final Optional<ClassDesc> type;

    Subject() {
      type = Optional.empty();
    }

    Subject(Class<?> type) {
      this.type = Optional.of(desc(type));
    }
  }

  private static ClassDesc desc(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }

  static HookPoint of(
      String owner,
      String method,
      String descriptor,
      Subject subject,
      Class<?> hooks,
      String hook) {
    return new HookPoint(owner, method, descriptor, subject, hooks, hook, false);
  }

  HookPoint onlyObserving() {
    return new HookPoint(owner, method, descriptor, subject, hooks, hook, true);
  }

  /// Emits what comes before the method's own code.
  void emit(CodeBuilder code) {
    var type = MethodTypeDesc.ofDescriptor(descriptor);
    List<ClassDesc> arguments = new ArrayList<>();
    emitSubject(code, arguments);
    for (int number = 0; number < type.parameterCount(); number++) {
      var argument = type.parameterType(number);
      code.loadLocal(TypeKind.from(argument), code.parameterSlot(number));
      arguments.add(argument);
    }
    if (observing) {
      code.invokestatic(desc(hooks), hook, MethodTypeDesc.of(ConstantDescs.CD_void, arguments));
      return;
    }
    var own = code.newLabel();
    switch (TypeKind.from(type.returnType())) {
      case VOID -> emitVoid(code, arguments, own);
      case BOOLEAN -> emitBoolean(code, arguments, own);
      case INT -> emitNumber(code, arguments, own, true);
      case LONG -> emitNumber(code, arguments, own, false);
      case REFERENCE -> emitObject(code, arguments, own, type.returnType());
      default -> throw new IllegalArgumentException("descriptor: " + descriptor);
    }
  }

  private void emitSubject(CodeBuilder code, List<ClassDesc> arguments) {
    subject.type.ifPresent(
        type -> {
          var _ = code.aload(code.receiverSlot());
          arguments.add(type);
        });
    if (subject == Subject.DESCRIPTOR) {
      code.aload(code.receiverSlot());
      arguments.add(DESCRIPTOR);
    } else if (subject != Subject.NOBODY) {
      code.aload(code.receiverSlot()).getfield(ClassDesc.ofInternalName(owner), "fd", DESCRIPTOR);
      arguments.add(DESCRIPTOR);
    }
  }

  private void emitVoid(CodeBuilder code, List<ClassDesc> arguments, Label own) {
    invoke(code, ConstantDescs.CD_boolean, arguments).ifeq(own).return_().labelBinding(own);
  }

  private void emitBoolean(CodeBuilder code, List<ClassDesc> arguments, Label own) {
    invoke(code, ConstantDescs.CD_int, arguments).dup().iflt(own).ireturn().labelBinding(own).pop();
  }

  private void emitNumber(CodeBuilder code, List<ClassDesc> arguments, Label own, boolean narrow) {
    invoke(code, ConstantDescs.CD_long, arguments)
        .dup2()
        .loadConstant(Long.MIN_VALUE)
        .lcmp()
        .ifeq(own);
    if (narrow) {
      code.l2i().ireturn();
    } else {
      code.lreturn();
    }
    code.labelBinding(own).pop2();
  }

  private void emitObject(
      CodeBuilder code, List<ClassDesc> arguments, Label own, ClassDesc returned) {
    invoke(code, ConstantDescs.CD_Object, arguments)
        .dup()
        .ifnull(own)
        .checkcast(returned)
        .areturn()
        .labelBinding(own)
        .pop();
  }

  private CodeBuilder invoke(CodeBuilder code, ClassDesc returned, List<ClassDesc> arguments) {
    return code.invokestatic(desc(hooks), hook, MethodTypeDesc.of(returned, arguments));
  }
}
