package io.quiverdb.cli;

import io.quiverdb.client.Collection;
import io.quiverdb.client.Consistency;
import io.quiverdb.client.QuiverClient;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// How much reads must see.
final class ReadLevel extends SessionFile {
  @Option(
      names = "--consistency",
      paramLabel = "LEVEL",
      converter = Converter.class,
      description =
          "How much must be seen: linearizable (all that was acknowledged before), session (what"
              + " --session has seen) or any (whatever the replica has). Linearizable, or session"
              + " with --session, if not said.")
  private Optional<Consistency> consistency = Optional.empty();

  /// The collection, with reads at the level asked.
  Collection collection(QuiverClient quiver, String name) {
    return quiver
        .collection(name)
        .at(consistency.orElse(isGiven() ? Consistency.SESSION : Consistency.LINEARIZABLE));
  }

  static final class Converter implements ITypeConverter<Consistency> {
    @Override
    public Consistency convert(String name) {
      return switch (name.toLowerCase(Locale.ROOT)) {
        case "linearizable" -> Consistency.LINEARIZABLE;
        case "session" -> Consistency.SESSION;
        case "any" -> Consistency.ANY;
        default ->
            throw new TypeConversionException(
                "consistency: " + name + " (expected: linearizable, session or any)");
      };
    }
  }
}
