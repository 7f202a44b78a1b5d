package io.quiverdb.cli;

import io.quiverdb.cli.terminal.Progress;
import io.quiverdb.cli.transfer.PointRowFormat;
import io.quiverdb.client.Collection;
import io.quiverdb.client.Filter;
import io.quiverdb.client.QuiverClient;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.zip.GZIPOutputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `quiver export`
@Command(
    name = "export",
    description = {
      "Writes points as lines of JSON, in id order, payloads to the letter; 'import' reads them.",
      "Files that end in .gz are packed. What is written meanwhile may be in it or not."
    },
    footer = {
      "",
      "Examples:",
      "  quiver export docs docs.jsonl.gz",
      "  quiver export docs --filter lang=en > english.jsonl"
    })
final class ExportCommand implements Callable<Integer> {
  private static final String STANDARD_OUTPUT = "-";
  private static final int PAGE_POINTS = 1_000;

  @Mixin private final Connection connection = new Connection();
  @Mixin private final Output output = new Output();
  @Mixin private final ReadLevel level = new ReadLevel();

  @Parameters(index = "0", paramLabel = "COLLECTION")
  private String collection = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      defaultValue = STANDARD_OUTPUT,
      description = "Where to; standard output if not said.")
  private String file = STANDARD_OUTPUT;

  @Option(
      names = "--filter",
      paramLabel = "CONDITION",
      converter = FilterConverter.class,
      description = FilterConverter.DESCRIPTION)
  private Optional<Filter> filter = Optional.empty();

  @Override
  public Integer call() {
    try (var quiver = connection.open()) {
      return level.run(quiver, this::export);
    }
  }

  private int export(QuiverClient quiver) {
    try {
      var points = level.collection(quiver, collection);
      long expected = filter.map(points::count).orElseGet(points::count);
      long written = 0;
      try (var lines = open();
          var progress =
              new Progress(
                  output.err(), Output.isTerminal(), System::nanoTime, "export", "points")) {
        written = write(points, lines, progress, expected);
      }
      if (!file.equals(STANDARD_OUTPUT)) {
        print(written);
      }
      return ExitCode.GOOD;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long write(Collection points, OutputStream lines, Progress progress, long expected)
      throws IOException {
    var scan = points.scan().pageSize(PAGE_POINTS);
    filter.ifPresent(scan::filter);
    long written = 0;
    for (var point : scan) {
      lines.write(PointRowFormat.write(point.id(), point.vector(), point.payloadJson()));
      written++;
      progress.update(written, expected > 0 ? (double) written / expected : -1);
    }
    return written;
  }

  private void print(long written) {
    if (output.isJson()) {
      output.print(
          json -> {
            json.writeStartObject();
            json.writeStringField("collection", collection);
            json.writeNumberField("exported", written);
            json.writeEndObject();
          });
    } else {
      output.print("exported %,d points of %s to %s".formatted(written, collection, file));
    }
  }

  private OutputStream open() throws IOException {
    if (file.equals(STANDARD_OUTPUT)) {
      return new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 64 * 1024);
    }
    var stream = new BufferedOutputStream(Files.newOutputStream(Path.of(file)), 64 * 1024);
    return file.endsWith(".gz") ? new GZIPOutputStream(stream, 64 * 1024) : stream;
  }
}
