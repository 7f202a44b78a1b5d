package io.quiverdb.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;

/// Loads the engine and its tests anew, with a fault in the code of one method: what no double of
/// the world around the engine can do wrong in its place.
final class MutantClasses extends ClassLoader {
  private static final String MUTATED_PACKAGES = "io.quiverdb.core.";

  private final String faultyClass;
  private final String faultyMethod;
  private final CodeTransform fault;

  MutantClasses(Class<?> faultyClass, String faultyMethod, CodeTransform fault) {
    super(MutantClasses.class.getClassLoader());
    this.faultyClass = faultyClass.getName();
    this.faultyMethod = faultyMethod;
    this.fault = fault;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(MUTATED_PACKAGES)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      var loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] bytes = bytes(name);
    if (name.equals(faultyClass)) {
      bytes = mutated(bytes);
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  private byte[] bytes(String name) throws ClassNotFoundException {
    try (var in = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] mutated(byte[] bytes) {
    var file = ClassFile.of();
    return file.transformClass(
        file.parse(bytes),
        ClassTransform.transformingMethodBodies(
            method -> method.methodName().equalsString(faultyMethod), fault));
  }
}
