package io.quiverdb.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueType;
import io.quiverdb.node.StartupException.BadConfiguration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/// The merged settings, read by key: each value is checked, and a refusal names key, value and
/// expectation.
final class ConfigSource {
  /// Keys whose values no message may hold.
  private static final Set<String> SECRETS = Set.of("master-key");

  private static final String PREFIX = "QUIVER_";
  private static final Config REFERENCE =
      ConfigFactory.parseResources(
          ConfigSource.class,
          "reference.conf",
          ConfigParseOptions.defaults().setAllowMissing(false));
  private static final SortedSet<String> KEYS = new TreeSet<>(keysOf(REFERENCE.root(), List.of()));

  private final Config config;

  private ConfigSource(Config config) {
    this.config = config;
  }

  static ConfigSource merge(
      Optional<Path> file, Map<String, String> environment, Map<String, String> overrides) {
    overrides.keySet().forEach(key -> checkKnown("command line", key));
    Map<String, String> fromEnvironment = new HashMap<>();
    for (String key : KEYS) {
      Optional.ofNullable(environment.get(variable(key)))
          .ifPresent(value -> fromEnvironment.put(key, value));
    }
    var fromFile = file.map(ConfigSource::parse).orElseGet(ConfigFactory::empty);
    return new ConfigSource(
        ConfigFactory.parseMap(overrides, "command line")
            .withFallback(ConfigFactory.parseMap(fromEnvironment, "environment"))
            .withFallback(fromFile)
            .withFallback(REFERENCE));
  }

  static String variable(String key) {
    return PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  static SortedSet<String> keys() {
    return KEYS;
  }

  private static Config parse(Path file) {
    try {
      var parsed =
          ConfigFactory.parseFile(
                  file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
              .resolve();
      keysOf(parsed.root(), List.of()).forEach(key -> checkKnown(file.toString(), key));
      return parsed;
    } catch (ConfigException.IO e) {
      throw new BadConfiguration("config: " + file + " cannot be read (expected: a file)", e);
    } catch (ConfigException e) {
      throw new BadConfiguration("config: " + e.getMessage() + " (expected: HOCON)", e);
    }
  }

  private static List<String> keysOf(ConfigObject object, List<String> path) {
    List<String> keys = new ArrayList<>();
    object.forEach(
        (name, value) -> {
          List<String> inner = new ArrayList<>(path);
          inner.add(name);
          if (value instanceof ConfigObject nested && !nested.isEmpty()) {
            keys.addAll(keysOf(nested, inner));
          } else {
            keys.add(ConfigUtil.joinPath(inner));
          }
        });
    return keys;
  }

  private static void checkKnown(String where, String key) {
    if (!KEYS.contains(key)) {
      throw new BadConfiguration(
          key + ": unknown key in " + where + " (expected: perhaps " + nearest(key) + ")");
    }
  }

  private static String nearest(String key) {
    return KEYS.stream()
        .min(Comparator.comparingInt(known -> editDistance(known, key)))
        .orElseThrow();
  }

  /// How many characters must be added, removed or replaced (Levenshtein 1966).
  private static int editDistance(String left, String right) {
    var above = new int[right.length() + 1];
    Arrays.setAll(above, column -> column);
    for (int row = 1; row <= left.length(); row++) {
      var current = new int[right.length() + 1];
      current[0] = row;
      for (int column = 1; column <= right.length(); column++) {
        int replaced =
            above[column - 1] + (left.charAt(row - 1) == right.charAt(column - 1) ? 0 : 1);
        current[column] = Math.min(replaced, 1 + Math.min(above[column], current[column - 1]));
      }
      above = current;
    }
    return above[right.length()];
  }

  // --- values

  String text(String key) {
    return value(key, "text", config::getString);
  }

  boolean flag(String key) {
    return value(key, "true or false", config::getBoolean);
  }

  /// A list, or text with commas.
  List<String> list(String key) {
    if (config.getValue(key).valueType() == ConfigValueType.STRING) {
      return Arrays.stream(text(key).split(",", -1))
          .map(String::strip)
          .filter(part -> !part.isEmpty())
          .toList();
    }
    return value(key, "a list", config::getStringList);
  }

  Endpoint endpoint(String key, Optional<String> defaultHost) {
    String expectation = defaultHost.isPresent() ? "host:port or :port" : "host:port";
    return value(key, expectation, path -> Endpoint.parse(config.getString(path), defaultHost));
  }

  Duration duration(String key) {
    String expectation = "a duration above 0, such as 30s";
    var duration = value(key, expectation, config::getDuration);
    if (duration.isNegative() || duration.isZero()) {
      throw refused(key, expectation);
    }
    return duration;
  }

  /// From 1 to `max`.
  int number(String key, int max) {
    return inRange(key, max, value(key, "1 to " + max, config::getLong));
  }

  /// From 0 to `max`.
  long rows(String key, long max) {
    String expectation = "0 to " + max;
    long rows = value(key, expectation, config::getLong);
    if (rows < 0 || rows > max) {
      throw refused(key, expectation);
    }
    return rows;
  }

  /// From 1 to `max`, with a unit if there is one, such as `64KiB`.
  int bytes(String key, int max) {
    return inRange(key, max, value(key, "bytes, such as 64KiB", config::getBytes));
  }

  private int inRange(String key, int max, long value) {
    if (value < 1 || value > max) {
      throw refused(key, "1 to " + max);
    }
    return (int) value;
  }

  /// From `min` to `max` bytes, with a unit if there is one, such as `256m`.
  long bytes(String key, long min, long max) {
    String expectation = "%d to %d bytes, such as 256m".formatted(min, max);
    long bytes = value(key, expectation, config::getBytes);
    if (bytes < min || bytes > max) {
      throw refused(key, expectation);
    }
    return bytes;
  }

  <E extends Enum<E>> E choice(String key, Class<E> type) {
    String wanted = text(key);
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> constant.name().equalsIgnoreCase(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                refused(
                    key,
                    String.join(
                        " or ",
                        Arrays.stream(type.getEnumConstants())
                            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                            .toList())));
  }

  private <T> T value(String key, String expectation, Function<String, T> read) {
    try {
      return read.apply(key);
    } catch (ConfigException | IllegalArgumentException e) {
      throw refused(key, expectation, e);
    }
  }

  private BadConfiguration refused(String key, String expectation) {
    return new BadConfiguration(message(key, expectation));
  }

  private BadConfiguration refused(String key, String expectation, Throwable cause) {
    return new BadConfiguration(message(key, expectation), cause);
  }

  private String message(String key, String expectation) {
    var value = config.getValue(key);
    String shown = SECRETS.contains(key) ? "(not shown)" : value.render();
    return "%s: %s in %s (expected: %s)"
        .formatted(key, shown, value.origin().description(), expectation);
  }
}
