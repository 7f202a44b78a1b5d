package io.quiverdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class HelpTest {
  private static final Pattern WORD =
      Pattern.compile("'([^']*)'|\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+)");

  static Stream<String> everyCommand() {
    return commands(QuiverCommand.commandLine()).map(one -> one.getCommandSpec().qualifiedName());
  }

  @ParameterizedTest
  @MethodSource("everyCommand")
  void helpShowsWhatItDoesAndAnExample(String name) {
    var command = command(name);

    assertThat(command.getUsageMessage()).contains("Usage: " + name, "--help", "Example");
    assertThat(command.getCommandSpec().usageMessage().description()).isNotEmpty();
    assertThat(examples(command)).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("everyCommand")
  void everyExampleIsUnderstood(String name) {
    for (var example : examples(command(name))) {
      var words = words(example);

      assertThat(words.getFirst()).isEqualTo("quiver");
      assertThat(example).startsWith(name.equals("quiver") ? "quiver " : name);
      assertThatCode(
              () ->
                  QuiverCommand.commandLine()
                      .parseArgs(words.subList(1, words.size()).toArray(String[]::new)))
          .as(example)
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @MethodSource("everyCommand")
  void helpIsTheSameWhereOnlyTheCommandThatIsCalledIsLookedAt(String name) {
    var path = words(name);
    var line = QuiverCommand.commandLine(path.subList(1, path.size()).toArray(String[]::new));

    assertThat(command(line, name).getUsageMessage()).isEqualTo(command(name).getUsageMessage());
  }

  @Test
  void commandThatIsCalledIsTheOnlyOneThatIsLookedAt() {
    assertThat(QuiverCommand.commandLine("serve", "--help").getSubcommands())
        .containsOnlyKeys("serve");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "--version", "serves", ""})
  void whereNoCommandIsCalledAllAreLookedAt(String argument) {
    assertThat(QuiverCommand.commandLine(argument, "serve").getSubcommands())
        .containsOnlyKeys(QuiverCommand.commandLine().getSubcommands().keySet());
  }

  private static Stream<CommandLine> commands(CommandLine command) {
    return Stream.concat(
        Stream.of(command), command.getSubcommands().values().stream().flatMap(HelpTest::commands));
  }

  private static CommandLine command(String qualifiedName) {
    return command(QuiverCommand.commandLine(), qualifiedName);
  }

  private static CommandLine command(CommandLine line, String qualifiedName) {
    return commands(line)
        .filter(one -> one.getCommandSpec().qualifiedName().equals(qualifiedName))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> examples(CommandLine command) {
    return Arrays.stream(command.getCommandSpec().usageMessage().footer())
        .filter(line -> line.startsWith("  "))
        .map(String::strip)
        .toList();
  }

  /// As a shell would split it; what is redirected is not the command's.
  private static List<String> words(String example) {
    var words = new ArrayList<String>();
    var matcher = WORD.matcher(example);
    while (matcher.find() && !matcher.group().equals(">")) {
      if (matcher.group(1) != null) {
        words.add(matcher.group(1));
      } else if (matcher.group(2) != null) {
        words.add(matcher.group(2).replace("\\\"", "\""));
      } else {
        words.add(matcher.group(3));
      }
    }
    return words;
  }
}
