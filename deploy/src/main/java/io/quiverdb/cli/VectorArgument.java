package io.quiverdb.cli;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A vector on the command line: numbers separated by commas, in brackets or not.
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record VectorArgument(float[] components) {
  private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

  static final class Converter implements ITypeConverter<VectorArgument> {
    @Override
    public VectorArgument convert(String value) {
      var parts = COMMA.split(withoutBrackets(value.strip()), -1);
      var components = new float[parts.length];
      for (int index = 0; index < parts.length; index++) {
        components[index] = component(parts[index], index);
      }
      return new VectorArgument(components);
    }

    private static String withoutBrackets(String value) {
      return value.startsWith("[") && value.endsWith("]")
          ? value.substring(1, value.length() - 1).strip()
          : value;
    }

    private static float component(String text, int index) {
      try {
        float component = Float.parseFloat(text);
        if (Float.isFinite(component)) {
          return component;
        }
      } catch (NumberFormatException _) {
        // Said below.
      }
      throw new TypeConversionException(
          "vector[" + index + "]: \"" + text + "\" (expected: a finite number)");
    }
  }
}
