// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.profile;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * How often each method was seen at work in each phase of a recording, by the threads of the
 * benchmark and by those in the background. Threads are sampled while they run Java, and while they
 * are in a native method; what native threads of a library do is not seen.
 */
final class Samples {
  private static final String JAVA = "jdk.ExecutionSample";
  private static final String NATIVE = "jdk.NativeMethodSample";

  /** What the name of a hidden class, such as that of a lambda, ends with. */
  private static final Pattern HIDDEN = Pattern.compile("(\\$\\$Lambda.*|[./](0x)?[0-9a-f]{6,})$");

  /** Of each phase, how much time each method took: in sampling periods of Java. */
  private final Map<String, Map<String, Long>> byPhase = new LinkedHashMap<>();

  private Samples() {}

  private record Phase(String name, Instant from, Instant to) {
    boolean has(Instant time) {
      return !time.isBefore(from) && time.isBefore(to);
    }
  }

  /**
   * Reads a recording.
   *
   * @param nativeWeight how many sampling periods of Java one of native methods is
   */
  static Samples of(Path recording, int nativeWeight) throws IOException {
    List<RecordedEvent> events = RecordingFile.readAllEvents(recording);
    List<Phase> phases = new ArrayList<>();
    for (RecordedEvent event : events) {
      if (event.getEventType().getName().equals(PhaseEvent.NAME)) {
        phases.add(new Phase(event.getString("phase"), event.getStartTime(), event.getEndTime()));
      }
    }
    Samples samples = new Samples();
    phases.forEach(phase -> samples.byPhase.put(phase.name, new TreeMap<>()));
    for (RecordedEvent event : events) {
      String type = event.getEventType().getName();
      boolean inNative = type.equals(NATIVE);
      if (inNative || type.equals(JAVA)) {
        phases.stream()
            .filter(phase -> phase.has(event.getStartTime()))
            .findFirst()
            .ifPresent(phase -> samples.add(phase, event, inNative ? nativeWeight : 1));
      }
    }
    return samples;
  }

  private void add(Phase phase, RecordedEvent event, long weight) {
    RecordedStackTrace stack = event.getStackTrace();
    if (stack != null && !stack.getFrames().isEmpty()) {
      RecordedThread thread = event.getThread("sampledThread");
      boolean caller = thread.getJavaName() != null && thread.getJavaName().startsWith("pool-");
      String method = (caller ? "" : "(background) ") + method(stack.getFrames());
      byPhase.getOrDefault(phase.name, new TreeMap<>()).merge(method, weight, Long::sum);
    }
  }

  /** Names the method at work, and if it is of the JDK, who called that. */
  private static String method(List<RecordedFrame> frames) {
    String top = name(frames.get(0));
    for (RecordedFrame frame : frames) {
      if (!ofJdk(frame)) {
        return name(frame).equals(top) ? top : top + " of " + name(frame);
      }
    }
    return top;
  }

  private static boolean ofJdk(RecordedFrame frame) {
    String type = frame.getMethod().getType().getName();
    return type.startsWith("java.") || type.startsWith("jdk.") || type.startsWith("sun.");
  }

  private static String name(RecordedFrame frame) {
    RecordedMethod method = frame.getMethod();
    String type = HIDDEN.matcher(method.getType().getName()).replaceFirst("");
    return type.substring(type.lastIndexOf('.') + 1) + "." + method.getName();
  }

  /** Returns, of each phase in order, the share that each method took. */
  Map<String, Map<String, Double>> shares() {
    Map<String, Map<String, Double>> shares = new LinkedHashMap<>();
    byPhase.forEach(
        (phase, methods) -> {
          double all = methods.values().stream().mapToLong(Long::longValue).sum();
          Map<String, Double> own = new LinkedHashMap<>();
          methods.entrySet().stream()
              .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
              .forEach(method -> own.put(method.getKey(), method.getValue() / all));
          shares.put(phase, own);
        });
    return shares;
  }
}
