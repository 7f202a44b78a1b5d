package io.quiverdb.cli;

import io.quiverdb.cli.terminal.Progress;
import io.quiverdb.cli.transfer.BadRowException;
import io.quiverdb.cli.transfer.CountingInputStream;
import io.quiverdb.cli.transfer.LoadFailedException;
import io.quiverdb.cli.transfer.NumberedLines;
import io.quiverdb.cli.transfer.PointLoader;
import io.quiverdb.cli.transfer.PointRowReader;
import io.quiverdb.client.AlreadyExistsException;
import io.quiverdb.client.Point;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.QuiverException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `quiver import`
@Command(
    name = "import",
    description = {
      "Stores points from lines of JSON: {\"id\":…,\"vector\":[…],\"payload\":{…}}.",
      "Points as Qdrant's scroll prints them pass unchanged. Files that end in .gz are unpacked.",
      "A bad line is named by its number and ends it with 1; what stood before it is stored."
    },
    footer = {
      "",
      "Examples:",
      "  quiver import docs points.jsonl --create --metric cosine --keyword lang",
      "  quiver import names names.jsonl.gz --create --hash-text name",
      "  quiver import docs - --skip-bad"
    })
final class ImportCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";
  private static final int BATCHES_UNDER_WAY = 4;

  @Mixin private final Connection connection = new Connection();
  @Mixin private final Output output = new Output();

  @Mixin
  private final CollectionCommand.SchemaOptions schema = new CollectionCommand.SchemaOptions();

  @Parameters(index = "0", paramLabel = "COLLECTION")
  private String collection = "";

  @Parameters(index = "1", paramLabel = "FILE", description = "Lines of JSON; - is standard input.")
  private String file = "";

  @Option(
      names = "--create",
      description = "Creates the collection unless it exists, for vectors as long as the first.")
  private boolean create;

  @Option(
      names = "--hash-text",
      paramLabel = "FIELD",
      description =
          "Makes vectors of 256 numbers from this field of payloads, as the demo does; rows need"
              + " none then.")
  private Optional<String> hashText = Optional.empty();

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "256",
      description = "Points a request (${DEFAULT-VALUE}).")
  private int batch = 256;

  @Option(names = "--skip-bad", description = "Names bad lines, leaves them out and goes on.")
  private boolean skipBad;

  private long skipped;

  @Override
  public Integer call() throws IOException {
    try (var bytes = new CountingInputStream(open());
        var lines = new NumberedLines(unpacked(bytes));
        var quiver = connection.open()) {
      load(quiver, bytes, lines);
      return ExitCode.GOOD;
    }
  }

  private void load(QuiverClient quiver, CountingInputStream bytes, NumberedLines lines)
      throws IOException {
    var loader =
        new PointLoader(
            quiver.collection(collection).async()::upsert, batch, BATCHES_UNDER_WAY, this::bad);
    var reader = new PointRowReader(hashText);
    if (!create) {
      reader.expectDimension(quiver.collection(collection).info().dimension());
    }
    long size = size();
    try (var progress =
        new Progress(output.err(), Output.isTerminal(), System::nanoTime, "import", "points")) {
      boolean created = !create;
      for (var line = lines.next(); line.isPresent(); line = lines.next()) {
        var point = read(reader, line.get(), loader);
        if (point.isPresent()) {
          if (!created) {
            reader.expectDimension(created(quiver, point.get().vector().length));
            created = true;
          }
          loader.add(point.get(), line.get().number());
          progress.update(loader.loaded(), size > 0 ? (double) bytes.count() / size : -1);
        }
      }
      loader.finish();
      progress.update(loader.loaded(), 1);
    } catch (BadRowException e) {
      throw new CommandFailedException(
          ExitCode.NEGATIVE,
          e.getMessage()
              + "; ends here, points stored: "
              + loader.loaded()
              + " (--skip-bad goes on)",
          e);
    } catch (LoadFailedException e) {
      throw failed(e, loader.loaded());
    }
    print(loader.loaded());
  }

  /// Empty if the line is bad and left out.
  private Optional<Point> read(PointRowReader reader, NumberedLines.Line line, PointLoader loader)
      throws LoadFailedException, BadRowException {
    try {
      return Optional.of(reader.read(line));
    } catch (BadRowException e) {
      if (!skipBad) {
        loader.finish();
      }
      bad(line.number(), String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private void bad(long line, String message) throws BadRowException {
    var named = "line " + line + ": " + message;
    if (!skipBad) {
      throw new BadRowException(named);
    }
    skipped++;
    output.err().println("quiver: " + named);
    output.err().flush();
  }

  /// @return the dimension of the collection, which may have been there before
  private int created(QuiverClient quiver, int dimension) {
    try {
      quiver.createCollection(collection, schema.schema(dimension));
      return dimension;
    } catch (AlreadyExistsException _) {
      return quiver.collection(collection).info().dimension();
    }
  }

  private static CommandFailedException failed(LoadFailedException failure, long loaded) {
    var cause = failure.getCause();
    int exitCode =
        cause instanceof QuiverException quiver
            ? FailureReport.exitCode(quiver)
            : ExitCode.NEGATIVE;
    return new CommandFailedException(
        exitCode,
        "lines %d to %d: %s; points stored: %d; importing all again does no harm"
            .formatted(
                failure.firstLine(),
                failure.lastLine(),
                cause == null ? "failed" : FailureReport.message(cause),
                loaded),
        failure);
  }

  private void print(long loaded) {
    if (output.isJson()) {
      output.print(
          json -> {
            json.writeStartObject();
            json.writeStringField("collection", collection);
            json.writeNumberField("imported", loaded);
            json.writeNumberField("skipped", skipped);
            json.writeEndObject();
          });
    } else {
      output.print(
          "imported %,d points into %s%s"
              .formatted(
                  loaded, collection, skipped == 0 ? "" : ", bad lines left out: " + skipped));
    }
  }

  private InputStream open() throws IOException {
    return file.equals(STANDARD_INPUT)
        ? new UnclosedInput(System.in)
        : Files.newInputStream(Path.of(file));
  }

  private InputStream unpacked(InputStream bytes) throws IOException {
    return file.endsWith(".gz") ? new GZIPInputStream(bytes, 64 * 1024) : bytes;
  }

  /// In bytes; 0 if unknown.
  private long size() throws IOException {
    return file.equals(STANDARD_INPUT) ? 0 : Files.size(Path.of(file));
  }

  /// Standard input is not ours to close.
  private static final class UnclosedInput extends FilterInputStream {
    UnclosedInput(InputStream input) {
      super(input);
    }

    @Override
    public void close() {}
  }
}
