# SPDX-License-Identifier: LGPL-2.1-or-later
# The command line, on libkdumpfile.

CLI_SRC := $(sort $(wildcard tools/zdm/*.c))
CLI_OBJ = $(CLI_SRC:%.c=$(OBJ)/%.o)
CLI_LIBS := libkdumpfile

.PHONY: cli check-cli
## cli              the command line, $(B)/zdm
cli: $(B)/zdm
all: cli

$(OBJ)/tools/zdm/%.o: tools/zdm/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) -Itools/zdm $(ZDM_CPPFLAGS) \
		$(shell $(PKG_CONFIG) --cflags $(CLI_LIBS)) $(ZDM_CFLAGS) -c -o $@ $<

$(B)/zdm: $(CLI_OBJ) $(B)/libzdm.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJ) $(B)/libzdm.a \
		$$($(PKG_CONFIG) --libs $(CLI_LIBS)) $(ZDM_LDLIBS)

## check-cli        the command line against bad and good input, hermetic
check-cli: $(B)/zdm
	@set -e; for t in tests/cli/*.sh; do ZDM=$(B)/zdm $$t; done

-include $(CLI_OBJ:.o=.d)
