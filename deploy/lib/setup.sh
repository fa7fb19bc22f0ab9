# Everything that deploy/demo, deploy/join and deploy/test share. Sourced, in the checkout's top
# folder.
# shellcheck source-path=SCRIPTDIR
. deploy/lib/say.sh
. deploy/lib/machine.sh
. deploy/lib/packages.sh
. deploy/lib/torch.sh
. deploy/lib/python.sh
. deploy/lib/build.sh
