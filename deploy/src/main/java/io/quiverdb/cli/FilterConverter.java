package io.quiverdb.cli;

import io.quiverdb.client.Filter;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads a [FilterExpression].
final class FilterConverter implements ITypeConverter<Filter> {
  /// What the option's help says.
  static final String DESCRIPTION =
      "Only points whose payload satisfies this: field = value (or !=, <, <=, >, >=),"
          + " field in (a, b), field between a and b, field exists; with and, or, not and"
          + " parentheses. Text of several words, or that looks like a number, in quotes.";

  @Override
  public Filter convert(String expression) {
    try {
      return FilterExpression.parse(expression);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
