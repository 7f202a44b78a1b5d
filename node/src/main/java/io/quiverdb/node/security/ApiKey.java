package io.quiverdb.node.security;

import com.google.protobuf.ByteString;
import io.quiverdb.raft.catalog.StoredApiKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/// A key of users, as they hold it: `qvk_`, its id, `_`, and a secret of 256 bits in Base64. Of so
/// much randomness a plain hash is enough: there is nothing to guess.
///
/// @param id tells which of the stored keys it is
public record ApiKey(String id, String secret) {
  private static final String PREFIX = "qvk";
  private static final Pattern TEXT = Pattern.compile(PREFIX + "_([0-9a-f]{16})_([\\w-]{43})");
  private static final int ID_BYTES = 8;
  private static final int SECRET_BYTES = 32;
  private static final int SALT_BYTES = 16;

  public static ApiKey draw(SecureRandom random) {
    return new ApiKey(
        HexFormat.of().formatHex(drawn(ID_BYTES, random)),
        Base64.getUrlEncoder().withoutPadding().encodeToString(drawn(SECRET_BYTES, random)));
  }

  private static byte[] drawn(int bytes, SecureRandom random) {
    var drawn = new byte[bytes];
    random.nextBytes(drawn);
    return drawn;
  }

  /// Empty if it is no key at all.
  public static Optional<ApiKey> parse(String text) {
    var matcher = TEXT.matcher(text);
    return matcher.matches()
        ? Optional.of(new ApiKey(matcher.group(1), matcher.group(2)))
        : Optional.empty();
  }

  /// What is kept of it.
  ///
  /// @param name whose it is, for people
  /// @throws IllegalArgumentException if the name is too long
  public StoredApiKey store(String name, Instant now, SecureRandom random) {
    var salt = ByteString.copyFrom(drawn(SALT_BYTES, random));
    return new StoredApiKey(
        id, name, salt, ByteString.copyFrom(hash(salt)), Instant.ofEpochMilli(now.toEpochMilli()));
  }

  /// Whether it is the one that was stored. Takes as long for any secret.
  public boolean matches(StoredApiKey stored) {
    return stored.id().equals(id)
        && MessageDigest.isEqual(hash(stored.salt()), stored.hash().toByteArray());
  }

  private byte[] hash(ByteString salt) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(salt.asReadOnlyByteBuffer());
      return sha256.digest(secret.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /// The key itself.
  public String text() {
    return PREFIX + "_" + id + "_" + secret;
  }

  /// Without the secret.
  @Override
  public String toString() {
    return PREFIX + "_" + id + "_…";
  }
}
