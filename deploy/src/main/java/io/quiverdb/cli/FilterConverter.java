package io.quiverdb.cli;

import static io.quiverdb.client.Filter.field;

import io.quiverdb.client.Filter;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads `field=value`. A value that is a number, `true` or `false` is taken as one, anything else
/// as text; what is in double quotes is text too.
final class FilterConverter implements ITypeConverter<Filter> {
  private static final Pattern WHOLE = Pattern.compile("-?\\d{1,18}");
  private static final Pattern REAL = Pattern.compile("-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?");

  @Override
  public Filter convert(String condition) {
    int equals = condition.indexOf('=');
    if (equals < 1) {
      throw new TypeConversionException("filter: " + condition + " (expected: FIELD=VALUE)");
    }
    return filter(condition.substring(0, equals), condition.substring(equals + 1));
  }

  private static Filter filter(String path, String value) {
    if (WHOLE.matcher(value).matches()) {
      return field(path).eq(Long.parseLong(value));
    }
    if (REAL.matcher(value).matches()) {
      return field(path).eq(Double.parseDouble(value));
    }
    if (value.equals("true") || value.equals("false")) {
      return field(path).eq(Boolean.parseBoolean(value));
    }
    boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
    return field(path).eq(quoted ? value.substring(1, value.length() - 1) : value);
  }
}
