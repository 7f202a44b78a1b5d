package io.quiverdb.core.crypto;

import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// The JDK's AES-256-GCM. From one array into another: in place it is 20 times slower at 166 KB
/// (JDK 25), through a `ByteBuffer` three times.
public final class AesGcm implements Aead {
  private static final int WARM_UP_MESSAGES = 10_000;
  private static final int WARM_UP_BYTES = 1024;

  private static final AesGcm INSTANCE = new AesGcm();

  static {
    INSTANCE.warmUp();
  }

  /// Ciphers are costly to make and not for two threads at once. A queue and not a thread-local:
  /// calls run on virtual threads, each of which would make its own.
  private final ConcurrentLinkedQueue<Cipher> idle = new ConcurrentLinkedQueue<>();

  AesGcm() {}

  public static AesGcm instance() {
    return INSTANCE;
  }

  @Override
  public void seal(
      KeyBytes key, byte[] nonce, byte[] associated, ByteSlice plain, ByteSlice sealed) {
    assert sealed.length() == plain.length() + TAG_BYTES
        : sealed.length() + " of " + plain.length();
    assert !plain.isInArrayOf(sealed) : "in place";
    try {
      run(Cipher.ENCRYPT_MODE, key, nonce, associated, plain, sealed);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("sealing needs a new nonce, and every JDK has AES-256-GCM", e);
    }
  }

  @Override
  public boolean open(
      KeyBytes key, byte[] nonce, byte[] associated, ByteSlice sealed, ByteSlice plain) {
    assert sealed.length() == plain.length() + TAG_BYTES
        : sealed.length() + " of " + plain.length();
    assert !plain.isInArrayOf(sealed) : "in place";
    try {
      run(Cipher.DECRYPT_MODE, key, nonce, associated, sealed, plain);
      return true;
    } catch (AEADBadTagException _) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has AES-256-GCM", e);
    }
  }

  /// A cipher that is kept holds the expanded key that it was used with last, of whatever store of
  /// the process. The JDK does not overwrite it; now it is garbage.
  @Override
  public void forgetKeys() {
    idle.clear();
  }

  int keptCiphers() {
    return idle.size();
  }

  private void run(
      int mode, KeyBytes key, byte[] nonce, byte[] associated, ByteSlice from, ByteSlice to)
      throws GeneralSecurityException {
    var cipher = Optional.ofNullable(idle.poll()).orElseGet(AesGcm::newCipher);
    cipher.init(
        mode,
        new SecretKeySpec(key.bytes(), "AES"),
        new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
    cipher.updateAAD(associated);
    int written =
        cipher.doFinal(from.array(), from.offset(), from.length(), to.array(), to.offset());
    assert written == to.length() : written + " of " + to.length();
    // One that threw is not used again.
    idle.add(cipher);
  }

  private static Cipher newCipher() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has AES-256-GCM", e);
    }
  }

  /// The JDK's intrinsic waits for invocation counts, and until then large messages crawl at 75
  /// MB/s. So the counts are made up by small ones (0.1 s).
  private void warmUp() {
    try (var key = KeyBytes.copyOf(new byte[KeyBytes.BYTES])) {
      var plain = ByteSlice.of(new byte[WARM_UP_BYTES]);
      var sealed = ByteSlice.of(new byte[WARM_UP_BYTES + TAG_BYTES]);
      var nonce = new byte[NONCE_BYTES];
      for (int message = 0; message < WARM_UP_MESSAGES; message++) {
        nonce[0] = (byte) message;
        nonce[1] = (byte) (message >> Byte.SIZE);
        seal(key, nonce, nonce, plain, sealed);
        boolean genuine = open(key, nonce, nonce, sealed, plain);
        assert genuine : message;
      }
    }
  }
}
