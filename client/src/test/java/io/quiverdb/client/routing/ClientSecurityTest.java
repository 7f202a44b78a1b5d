package io.quiverdb.client.routing;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiverdb.client.QuiverClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientSecurityTest {
  @TempDir private Path folder;

  @Test
  void filesThatCannotBeUsedAreNamedBeforeAnythingIsSent() throws IOException {
    Path none = folder.resolve("none");
    Path text = Files.writeString(folder.resolve("text"), "no PEM");

    assertThatThrownBy(() -> QuiverClient.builder().seeds("a:1").tls(none).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("certificate authority: " + none + " cannot be read");
    assertThatThrownBy(() -> QuiverClient.builder().seeds("a:1").tls(text).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: certificates in PEM");
    assertThatThrownBy(() -> QuiverClient.builder().seeds("a:1").certificate(none, none).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("client certificate: " + none + " cannot be read");
  }

  @Test
  void keyThatNoHeaderCanHoldIsRefusedAndNotShown() {
    assertThatThrownBy(() -> ClientSecurity.of(Optional.empty(), Optional.of("a secret\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("API key: malformed")
        .message()
        .doesNotContain("secret");
  }
}
