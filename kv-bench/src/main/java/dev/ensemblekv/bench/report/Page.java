// SPDX-License-Identifier: Apache-2.0
package dev.ensemblekv.bench.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.samskivert.mustache.Mustache;
import dev.ensemblekv.bench.Libraries;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A page of HTML that shows sections, with the script that draws the charts and all that they show
 * in it. The template escapes every text; numbers go to the script as JSON.
 */
final class Page {
  private static final String CHART_JS = "chart.js";
  private static final String WEBJARS = "org.webjars.npm";

  /** As many as can be seen. */
  private static final MathContext DIGITS = new MathContext(4);

  private static final ObjectMapper JSON =
      new ObjectMapper().registerModule(new SimpleModule().addSerializer(new PointWriter()));

  private Page() {}

  static String render(List<Section> sections) {
    String version = Libraries.version(WEBJARS, CHART_JS);
    return Mustache.compiler()
        .withLoader(name -> new StringReader(resource(name + ".mustache")))
        .compile(resource("page.mustache"))
        .execute(
            Map.of(
                "machine",
                machine(sections),
                "losses",
                Standing.losses(sections),
                "sections",
                sections,
                "style",
                resource("page.css"),
                "library",
                library(version),
                "libraryVersion",
                version,
                "script",
                resource("page.js"),
                "charts",
                json(sections.stream().map(Section::charts).toList())));
  }

  /** One machine measures all sections. */
  private static List<String> machine(List<Section> sections) {
    List<String> said = sections.stream().flatMap(s -> s.machine().stream()).distinct().toList();
    return said.isEmpty() ? said : List.of(String.join("; ", said));
  }

  /** Without the line that has a browser look for the sources, beside the page. */
  private static String library(String version) {
    return resource("/META-INF/resources/webjars/chart.js/" + version + "/dist/chart.umd.min.js")
        .replaceAll("//# sourceMappingURL=.*", "");
  }

  /** No end of the script can be in it: what begins a tag is written as its number. */
  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes a point as an array, without what goes without saying: that it has no range, and no
   * mark. Numbers have the digits that can be seen, and what is not known is null.
   */
  private static final class PointWriter extends StdSerializer<Point> {
    private static final long serialVersionUID = 1;

    PointWriter() {
      super(Point.class);
    }

    @Override
    public void serialize(Point point, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeStartArray();
      write(point.x(), out);
      write(point.y(), out);
      if (point.low() < point.high() || point.marked()) {
        write(point.low(), out);
        write(point.high(), out);
      }
      if (point.marked()) {
        out.writeBoolean(true);
      }
      out.writeEndArray();
    }

    private static void write(double value, JsonGenerator out) throws IOException {
      if (Double.isFinite(value)) {
        out.writeNumber(BigDecimal.valueOf(value).round(DIGITS).stripTrailingZeros().toString());
      } else {
        out.writeNull();
      }
    }
  }
}
