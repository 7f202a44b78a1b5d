package io.quiverdb.core.faultfs;

import io.quiverdb.core.faultfs.agent.FaultFsAgent;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/// Packs the agent's classes, which may lie in a folder or in the jar of core's tests, into a jar
/// that the JVM takes for an agent.
final class AgentJar {
  private AgentJar() {}

  static void write(Path jar) throws IOException {
    try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest(jar))) {
      for (Map.Entry<String, byte[]> file : classes().entrySet()) {
        out.putNextEntry(new ZipEntry(file.getKey()));
        out.write(file.getValue());
      }
    }
  }

  private static Manifest manifest(Path jar) {
    var manifest = new Manifest();
    var attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Premain-Class", FaultFsAgent.class.getName());
    attributes.putValue("Can-Retransform-Classes", "true");
    // The JDK's own classes are going to call it.
    attributes.putValue("Boot-Class-Path", String.valueOf(jar.getFileName()));
    return manifest;
  }

  private static Map<String, byte[]> classes() throws IOException {
    URI source;
    try {
      source = FaultFsAgent.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    Path place = Path.of(source);
    if (Files.isDirectory(place)) {
      return classes(place);
    }
    try (var jar = FileSystems.newFileSystem(place)) {
      return classes(jar.getPath("/"));
    }
  }

  private static Map<String, byte[]> classes(Path root) throws IOException {
    Path folder = root.resolve(FaultFsAgent.class.getPackageName().replace('.', '/'));
    Map<String, byte[]> classes = new TreeMap<>();
    try (var files = Files.newDirectoryStream(folder, "*.class")) {
      for (Path file : files) {
        classes.put(root.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return classes;
  }
}
