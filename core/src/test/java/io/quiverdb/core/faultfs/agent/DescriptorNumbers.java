package io.quiverdb.core.faultfs.agent;

import java.io.FileDescriptor;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.Set;

/// The numbers that the kernel knows open files by.
final class DescriptorNumbers {
  private final Field number;

  DescriptorNumbers() {
    try {
      number = FileDescriptor.class.getDeclaredField("fd");
      number.setAccessible(true);
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException("this JDK numbers its descriptors otherwise", e);
    }
  }

  /// Java hides them; an agent may look.
  static void openTo(Instrumentation instrumentation) {
    instrumentation.redefineModule(
        FileDescriptor.class.getModule(),
        Set.of(),
        Map.of(),
        Map.of(FileDescriptor.class.getPackageName(), Set.of(DescriptorNumbers.class.getModule())),
        Set.of(),
        Map.of());
  }

  /// −1 if it is closed.
  int of(FileDescriptor descriptor) {
    try {
      return number.getInt(descriptor);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
