package io.quiverdb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quiverdb.cli.dataset.HashEmbedder;
import io.quiverdb.cli.terminal.Table;
import io.quiverdb.cli.transfer.PointDigest;
import io.quiverdb.client.DeletedMatching;
import io.quiverdb.client.Deletion;
import io.quiverdb.client.Filter;
import io.quiverdb.client.PayloadChange;
import io.quiverdb.client.Point;
import io.quiverdb.client.Precondition;
import io.quiverdb.client.StoredPoint;
import io.quiverdb.client.WriteResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `quiver point …`
@Command(
    name = "point",
    description = "Puts, gets, changes, deletes, scans and counts points.",
    footer = {"", "Example:", "  quiver point get docs a b --output json"})
final class PointCommand {
  private static final int SCAN_LIMIT = 20;

  /// Where a vector comes from.
  static final class VectorSource {
    @Option(
        names = "--vector",
        paramLabel = "X,Y,…",
        converter = VectorArgument.Converter.class,
        description = "The vector, numbers separated by commas.")
    private Optional<VectorArgument> vector = Optional.empty();

    @Option(
        names = "--hash-text",
        paramLabel = "TEXT",
        description = "Text to make a vector of 256 numbers from, as the demo does.")
    private Optional<String> text = Optional.empty();

    float[] get() {
      return text.map(new HashEmbedder()::embed)
          .or(() -> vector.map(VectorArgument::components))
          .orElseThrow();
    }
  }

  /// What has to hold of a point for a write to be made.
  static final class Condition {
    @Option(names = "--if-absent", description = "Only if there is no such point.")
    private boolean absent;

    @Option(names = "--if-present", description = "Only if there is such a point.")
    private boolean present;

    @Option(
        names = "--if-version",
        paramLabel = "N",
        description = "Only if the point is there and has this version.")
    private Optional<Long> version = Optional.empty();

    Precondition get() {
      if (version.isPresent()) {
        return Precondition.version(version.get());
      }
      assert absent != present : "picocli takes one of the three";
      return absent ? Precondition.absent() : Precondition.present();
    }
  }

  @Command(
      description = "Stores a point, replacing the one of the same id.",
      footer = {
        "",
        "Example:",
        "  quiver point put docs a --vector 0.1,0.2,0.3 --payload '{\"lang\":\"en\"}'"
      })
  int put(
      @Mixin Connection connection,
      @Mixin Output output,
      @Mixin SessionFile session,
      @Parameters(index = "0", paramLabel = "COLLECTION") String collection,
      @Parameters(index = "1", paramLabel = "ID") String id,
      @ArgGroup(multiplicity = "1") VectorSource vector,
      @Option(names = "--payload", paramLabel = "JSON", description = "Kept to the letter.")
          Optional<String> payload,
      @ArgGroup(multiplicity = "0..1") @Nullable Condition condition) {
    try (var quiver = connection.open()) {
      return session.run(
          quiver,
          client -> {
            var bare = Point.of(id, vector.get());
            var point = payload.map(bare::payloadJson).orElse(bare);
            var written = condition == null ? point : point.onlyIf(condition.get());
            print(output, client.collection(collection).upsert(written));
            return ExitCode.GOOD;
          });
    }
  }

  @Command(
      name = "set-payload",
      description =
          "Gives a point another payload and keeps its vector; one that is not there is no error.",
      footer = {
        "",
        "Example:",
        "  quiver point set-payload docs a '{\"lang\":\"fr\"}' --if-version 17"
      })
  int setPayload(
      @Mixin Connection connection,
      @Mixin Output output,
      @Mixin SessionFile session,
      @Parameters(index = "0", paramLabel = "COLLECTION") String collection,
      @Parameters(index = "1", paramLabel = "ID") String id,
      @Parameters(index = "2", paramLabel = "JSON", description = "Kept to the letter.")
          String payload,
      @ArgGroup(multiplicity = "0..1") @Nullable Condition condition) {
    try (var quiver = connection.open()) {
      return session.run(
          quiver,
          client -> {
            var change = PayloadChange.ofJson(id, payload);
            var written = condition == null ? change : change.onlyIf(condition.get());
            print(output, client.collection(collection).setPayload(written));
            return ExitCode.GOOD;
          });
    }
  }

  @Command(
      description = {
        "Shows points by id; ends with 1 if one is missing.",
        "The digest is the SHA-256 of the vector (little-endian binary32) and the payload (UTF-8)."
      },
      footer = {"", "Example:", "  quiver point get docs a b"})
  int get(
      @Mixin Connection connection,
      @Mixin Output output,
      @Mixin ReadLevel level,
      @Parameters(index = "0", paramLabel = "COLLECTION") String collection,
      @Parameters(index = "1..*", arity = "1..*", paramLabel = "ID") List<String> ids) {
    try (var quiver = connection.open()) {
      return level.run(
          quiver,
          client -> {
            var points = level.collection(client, collection).get(ids);
            var missing = missing(ids, points);
            if (output.isJson()) {
              output.print(json -> write(json, points, missing));
            } else {
              print(output, points);
              missing.forEach(id -> output.err().println("quiver: " + id + ": not found"));
              output.err().flush();
            }
            return missing.isEmpty() ? ExitCode.GOOD : ExitCode.NEGATIVE;
          });
    }
  }

  @Command(
      description = {
        "Deletes points by id, or all that match a filter; one that is not there is no error.",
        "By filter, points that another write changes meanwhile are left alone and counted."
      },
      footer = {
        "",
        "Examples:",
        "  quiver point delete docs a b",
        "  quiver point delete docs --filter 'year < 2020'"
      })
  int delete(
      @Mixin Connection connection,
      @Mixin Output output,
      @Mixin SessionFile session,
      @Parameters(index = "0", paramLabel = "COLLECTION") String collection,
      @Parameters(index = "1..*", arity = "0..*", paramLabel = "ID") @Nullable List<String> ids,
      @Option(
              names = "--filter",
              paramLabel = "EXPRESSION",
              converter = FilterConverter.class,
              description = FilterConverter.DESCRIPTION)
          Optional<Filter> filter,
      @ArgGroup(multiplicity = "0..1") @Nullable Condition condition) {
    boolean byId = ids != null && !ids.isEmpty();
    if (byId == filter.isPresent() || (filter.isPresent() && condition != null)) {
      throw new IllegalArgumentException(
          "points: expected ids, with a condition or without, or --filter");
    }
    try (var quiver = connection.open()) {
      return session.run(
          quiver,
          client -> {
            var points = client.collection(collection);
            if (filter.isPresent()) {
              print(output, points.delete(filter.get()));
            } else if (ids != null) {
              print(
                  output,
                  condition == null ? points.delete(ids) : points.deleteIf(each(ids, condition)));
            }
            return ExitCode.GOOD;
          });
    }
  }

  private static List<Deletion> each(List<String> ids, Condition condition) {
    return ids.stream().map(id -> Deletion.of(id).onlyIf(condition.get())).toList();
  }

  private static void print(Output output, DeletedMatching deleted) {
    if (output.isJson()) {
      output.print(
          json -> {
            json.writeStartObject();
            json.writeNumberField("deleted", deleted.deleted());
            json.writeNumberField("changed", deleted.changed());
            json.writeArrayFieldStart("changed_ids");
            for (var id : deleted.changedIds()) {
              json.writeString(id);
            }
            json.writeEndArray();
            json.writeEndObject();
          });
    } else {
      output.print(
          "deleted " + deleted.deleted() + ", changed meanwhile and left " + deleted.changed());
    }
  }

  @Command(
      description = "Shows points in id order, with --output json one a line.",
      footer = {"", "Example:", "  quiver point scan docs --filter lang=en --limit 50"})
  int scan(
      @Mixin Connection connection,
      @Mixin Output output,
      @Mixin ReadLevel level,
      @Parameters(paramLabel = "COLLECTION") String collection,
      @Option(
              names = "--filter",
              paramLabel = "CONDITION",
              converter = FilterConverter.class,
              description = FilterConverter.DESCRIPTION)
          Optional<Filter> filter,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "" + SCAN_LIMIT,
              description = "How many at most (${DEFAULT-VALUE}).")
          int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: at least 1)");
    }
    try (var quiver = connection.open()) {
      return level.run(
          quiver,
          client -> {
            var scan = level.collection(client, collection).scan().pageSize(Math.min(limit, 1_000));
            filter.ifPresent(scan::filter);
            var points = scan.stream().limit(limit).toList();
            if (output.isJson()) {
              points.forEach(point -> output.print(json -> write(json, point)));
            } else {
              print(output, points);
            }
            return ExitCode.GOOD;
          });
    }
  }

  @Command(
      description = "Counts points, exactly.",
      footer = {
        "",
        "Example:",
        "  quiver point count docs --filter 'author.name exists or year between 2020 and 2024'"
      })
  int count(
      @Mixin Connection connection,
      @Mixin Output output,
      @Mixin ReadLevel level,
      @Parameters(paramLabel = "COLLECTION") String collection,
      @Option(
              names = "--filter",
              paramLabel = "CONDITION",
              converter = FilterConverter.class,
              description = FilterConverter.DESCRIPTION)
          Optional<Filter> filter) {
    try (var quiver = connection.open()) {
      return level.run(
          quiver,
          client -> {
            var points = level.collection(client, collection);
            long count = filter.map(points::count).orElseGet(points::count);
            if (output.isJson()) {
              output.print(
                  json -> {
                    json.writeStartObject();
                    json.writeNumberField("count", count);
                    json.writeEndObject();
                  });
            } else {
              output.print(Long.toString(count));
            }
            return ExitCode.GOOD;
          });
    }
  }

  private static List<String> missing(List<String> ids, List<StoredPoint> points) {
    var found = new HashSet<>(points.stream().map(StoredPoint::id).toList());
    return ids.stream().filter(id -> !found.contains(id)).distinct().toList();
  }

  private static void print(Output output, List<StoredPoint> points) {
    var table = Table.of("ID", ">VERSION", "PAYLOAD", "DIGEST");
    for (var point : points) {
      table.row(
          point.id(),
          point.version(),
          point.payloadJson().orElse(""),
          PointDigest.of(point.vector(), point.payloadJson()));
    }
    output.print(table);
  }

  private static void print(Output output, WriteResult result) {
    if (output.isJson()) {
      output.print(json -> write(json, result));
      return;
    }
    var table = Table.of("ID", "RESULT", ">SHARD", ">TERM", ">INDEX", ">VERSION");
    for (var part : result.parts()) {
      for (var point : part.points()) {
        table.row(
            point.id(),
            point.result().name().toLowerCase(Locale.ROOT),
            part.shard(),
            part.term(),
            part.index(),
            part.version());
      }
    }
    output.print(table);
  }

  private static void write(JsonGenerator json, WriteResult result) throws IOException {
    json.writeStartArray();
    for (var part : result.parts()) {
      for (var point : part.points()) {
        json.writeStartObject();
        json.writeStringField("id", point.id());
        json.writeStringField("result", point.result().name().toLowerCase(Locale.ROOT));
        json.writeNumberField("shard", part.shard());
        json.writeNumberField("term", part.term());
        json.writeNumberField("index", part.index());
        json.writeNumberField("version", part.version());
        json.writeEndObject();
      }
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, List<StoredPoint> points, List<String> missing)
      throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("points");
    for (var point : new ArrayList<>(points)) {
      write(json, point);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("missing");
    for (var id : missing) {
      json.writeString(id);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, StoredPoint point) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", point.id());
    json.writeNumberField("version", point.version());
    json.writeArrayFieldStart("vector");
    for (float component : point.vector()) {
      json.writeNumber(component);
    }
    json.writeEndArray();
    if (point.payloadJson().isPresent()) {
      json.writeFieldName("payload");
      json.writeRawValue(onOneLine(point.payloadJson().get()));
    }
    json.writeStringField("digest", PointDigest.of(point.vector(), point.payloadJson()));
    json.writeEndObject();
  }

  /// Line ends stand only between tokens of JSON, where a space means the same.
  private static String onOneLine(String json) {
    return json.replace('\n', ' ').replace('\r', ' ');
  }
}
