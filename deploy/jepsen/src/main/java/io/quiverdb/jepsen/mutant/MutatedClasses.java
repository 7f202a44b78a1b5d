package io.quiverdb.jepsen.mutant;

import com.github.difflib.patch.PatchFailedException;
import com.github.difflib.unifieddiff.UnifiedDiffFile;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;

/// What a planted bug makes of the sources that it is in: compiled, by module.
final class MutatedClasses {
  private final Map<String, Path> foldersByModule;

  private MutatedClasses(Map<String, Path> foldersByModule) {
    this.foldersByModule = foldersByModule;
  }

  /// Copies the sources that are to be changed, changes them, and compiles them against the rest.
  ///
  /// @param checkout with our sources
  /// @param folder for the changed sources, and for the classes
  /// @param classPath of everything unchanged
  /// @throws MalformedMutantException if the patch does not apply, or does not compile
  static MutatedClasses compile(Mutant mutant, Path checkout, Path folder, String classPath)
      throws IOException {
    var sourcesByModule = new LinkedHashMap<String, List<Path>>();
    for (var change : mutant.patch().getFiles()) {
      Path path = Path.of(change.getFromFile());
      Path changed = folder.resolve("tree").resolve(path);
      Files.createDirectories(changed.getParent());
      Files.write(changed, changed(mutant, change, checkout.resolve(path)));
      sourcesByModule
          .computeIfAbsent(path.getName(0).toString(), _ -> new ArrayList<>())
          .add(changed);
    }
    var folders = new LinkedHashMap<String, Path>();
    for (var module : sourcesByModule.entrySet()) {
      Path classes = Files.createDirectories(folder.resolve("classes-" + module.getKey()));
      compile(mutant, module.getValue(), classes, classPath);
      folders.put(module.getKey(), classes);
    }
    return new MutatedClasses(folders);
  }

  private static List<String> changed(Mutant mutant, UnifiedDiffFile change, Path source)
      throws IOException {
    try {
      return change.getPatch().applyTo(Files.readAllLines(source));
    } catch (PatchFailedException e) {
      throw new MalformedMutantException(
          mutant.name() + ": does not apply to " + source + ": " + e.getMessage(), e);
    }
  }

  private static void compile(Mutant mutant, List<Path> sources, Path classes, String classPath)
      throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    var complaints = new StringWriter();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      var options =
          List.of(
              "-nowarn",
              "-proc:none",
              "--add-modules",
              "jdk.incubator.vector",
              "-d",
              classes.toString(),
              "-cp",
              classPath);
      var task =
          compiler.getTask(
              complaints, files, null, options, null, files.getJavaFileObjectsFromPaths(sources));
      if (!task.call()) {
        throw new MalformedMutantException(mutant.name() + ": does not compile: " + complaints);
      }
    }
  }

  /// Where its classes are.
  List<Path> folders() {
    return List.copyOf(foldersByModule.values());
  }

  /// Where its classes are, by the name of the module that they belong to.
  Map<String, Path> foldersByModule() {
    return foldersByModule;
  }
}
